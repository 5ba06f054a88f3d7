"""Signatures of the XML of annotation tools and data sets, the narrower before the wider."""

from __future__ import annotations

from typing import Tuple

from helpers.annotations.signatures.signature import AS_TABLE, Sample, Signature, named, xml


def _is_cvat(sample: Sample) -> bool:
    return sample.root == "annotations" and bool(sample.tags & {"image", "track", "meta"})


XML_SIGNATURES: Tuple[Signature, ...] = (
    Signature("CVAT XML", _is_cvat, format="cvat"),
    Signature("dlib XML (imglab)", xml("dataset", "images"), format="dlib"),
    Signature("dlib XML (imglab)", xml("dataset", "image", "box"), format="dlib"),
    Signature("PAGE XML of a document", xml("PcGts"), remedy=AS_TABLE),
    Signature("ALTO XML of a document", xml("alto"), remedy=AS_TABLE),
    Signature("ICDAR words", xml("tagset"), remedy=AS_TABLE),
    Signature("UA-DETRAC sequence", xml("sequence", "frame"), remedy=AS_TABLE),
    Signature("KITTI tracklets", xml("boost_serialization"), remedy=AS_TABLE),
    Signature("ViPER XML", xml("viper"), remedy=AS_TABLE),
    Signature("HRSC2016 XML", xml("HRSC_Image"), remedy=AS_TABLE),
    Signature("FAIR1M XML", xml("annotation", "objects", "possibleresult"), remedy=AS_TABLE),
    Signature("Aperio ImageScope XML", xml("Annotations", "Region"), remedy=AS_TABLE),
    Signature("ASAP XML", xml("ASAP_Annotations"), remedy=AS_TABLE),
    Signature(
        "model or calibration of OpenCV",
        xml("opencv_storage"),
        remedy="It has no annotations; give the annotations themselves.",
        aside=True,
    ),
    Signature(
        "OpenVINO model",
        xml("net", "layers"),
        remedy="It has no annotations; give the annotations themselves.",
        aside=True,
    ),
    Signature(
        "answer of a server that refused the download",
        xml("Error", "Code"),
        remedy="Download the file again with the right address or rights.",
    ),
    Signature("LabelMe XML", xml("annotation", "polygon", "pt"), format="labelme-xml"),
    Signature("LabelMe XML", xml("annotation", "imagesize", "nrows"), format="labelme-xml"),
    Signature("Pascal VOC XML", named(".xml"), format="xml"),
)
