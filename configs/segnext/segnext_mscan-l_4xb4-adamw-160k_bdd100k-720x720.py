_base_ = [
    '../_base_/models/segnext_mscan-l.py',
    '../_base_/datasets/bdd100k_720x720_photometric.py',
    '../_base_/schedules/adamw_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(data_preprocessor=dict(size=(720, 720)))
train_dataloader = dict(batch_size=4)
