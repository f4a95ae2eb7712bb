_base_ = [
    '../_base_/models/scr_efficientnet-lite0.py',
    '../_base_/datasets/camvid_256x256_study.py',
    '../_base_/schedules/adamw_3300.py',
    '../_base_/study_runtime.py',
]
parts = dict(context=dict(type='FRM'), aligner=dict(type='FAM'), align_corners=True)
smoothing = dict(type='ConvModule', kernel_size=3, padding=1)
fusion = dict(type='ConcatConvModule', kernel_size=3)
loss_decode = dict(class_weight=_base_.class_weight)
model = dict(decode_head=dict(**parts, smoothing=smoothing, fusion=fusion, loss_decode=loss_decode))
