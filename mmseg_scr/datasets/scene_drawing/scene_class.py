"""The ten classes of a drawn street scene; the value is the label index."""

from enum import IntEnum


class SceneClass(IntEnum):
    """Label index of each class, in the order in which Cityscapes lists them."""

    ROAD = 0
    SIDEWALK = 1
    BUILDING = 2
    POLE = 3
    SIGN = 4
    VEGETATION = 5
    SKY = 6
    PERSON = 7
    RIDER = 8
    CAR = 9
