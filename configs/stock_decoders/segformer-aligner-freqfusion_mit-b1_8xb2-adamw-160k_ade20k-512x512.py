_base_ = [
    '../_base_/models/segformer_mit-b1.py',
    '../_base_/datasets/ade20k_512x512_photometric.py',
    '../_base_/schedules/adamw_160k.py',
    '../_base_/default_runtime.py',
]
# As published for decoders that concatenate: half as wide as the maps, without the window.
aligner = dict(type='FreqFusion', width=128, hamming=False, resample=dict(concat=False))
model = dict(decode_head=dict(type='AlignedSegformerHead', aligner=aligner))
train_dataloader = dict(batch_size=2)
