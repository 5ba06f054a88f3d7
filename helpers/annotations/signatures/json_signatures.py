"""Signatures of the JSON of annotation tools and data sets, the narrower before the wider."""

from __future__ import annotations

from typing import Tuple

from helpers.annotations.formats import coco, createml, sagemaker_ground_truth, via, via3
from helpers.annotations.signatures.signature import AS_TABLE, Sample, Signature, json_with

_EXPORT = "Export COCO JSON or Pascal VOC from it instead."
_CONVERT = "Have its own converter write COCO JSON, and read that."


def _is_manifest(sample: Sample) -> bool:
    return any(map(sagemaker_ground_truth.is_line, sample.entries[:1]))


def _is_coco(sample: Sample) -> bool:
    return not coco.difference(sample.value)


def _is_via(sample: Sample) -> bool:
    return not via.difference(sample.value)


def _is_via3(sample: Sample) -> bool:
    return not via3.difference(sample.value)


def _is_createml(sample: Sample) -> bool:
    """With older keys, or without any object."""
    older = any(isinstance(entry.get("imagefilename"), str) for entry in sample.entries)
    bare = all(entry.get("annotations") == [] for entry in sample.entries)
    return bool(older or bare) and bool(sample.value) and not createml.difference(sample.value)


_BEFORE: Tuple[Signature, ...] = (
    Signature("SageMaker Ground Truth manifest", _is_manifest, format="manifest"),
    Signature(
        "COCO panoptic segmentation",
        json_with("annotations.*.segments_info"),
        remedy="Read the instances file (instances_*.json) of the same data set.",
    ),
    Signature(
        "COCO captions",
        json_with("images", "annotations.*.caption"),
        remedy="Captions have no boxes; read instances_*.json of the same data set.",
    ),
    Signature(
        "Hasty JSON",
        json_with("images.*.labels", "label_classes"),
        remedy="Export COCO JSON from it instead.",
    ),
    Signature("COCO JSON", _is_coco, format="coco"),
    Signature(
        "COCO detection results",
        json_with("image_id", "category_id", "score"),
        remedy="They are what a model found, not what is there; read the instances file that "
        "they were measured against.",
    ),
    Signature(
        "COCO list of annotations",
        json_with("image_id", "category_id", "bbox"),
        remedy="It is the list of a COCO file alone; read the whole file, with images and "
        "categories.",
    ),
    Signature(
        "COCO list of images without annotations",
        json_with("images.*.file_name", "categories"),
        remedy="Its boxes are not published or not exported; read a file with annotations.",
    ),
    Signature("labelme JSON", json_with("shapes", "imagePath"), format="labelme"),
    Signature("CreateML JSON", json_with("image", "annotations.*.coordinates"), format="createml"),
    Signature("CreateML JSON", _is_createml, format="createml"),
    Signature(
        "Label Studio JSON", json_with("data", "annotations.*.result"), format="label-studio"
    ),
    Signature(
        "Label Studio JSON", json_with("data", "completions.*.result"), format="label-studio"
    ),
    Signature(
        "Label Studio tasks without annotations",
        json_with("data", "predictions"),
        remedy="Annotate some tasks, and export them again.",
    ),
    Signature("Label Studio JSON-MIN", json_with("*.*.original_width"), format="label-studio"),
    Signature("Label Studio JSON-MIN", json_with("annotation_id"), format="label-studio"),
    Signature("VoTT JSON", json_with("assets.*.asset", "assets.*.regions"), format="vott"),
    Signature("VoTT asset JSON", json_with("asset.path", "regions"), format="vott"),
    Signature(
        "VoTT project",
        json_with("sourceConnection", "targetConnection"),
        remedy="It has no boxes itself; export VoTT JSON or Pascal VOC from the project.",
    ),
    Signature("VoTT 1 JSON", json_with("frames", "inputTags"), remedy=_EXPORT),
    Signature("VGG Image Annotator 3 project", _is_via3, format="via3"),
    Signature("VGG Image Annotator JSON", _is_via, format="json"),
)

_TOOLS: Tuple[Signature, ...] = (
    Signature("Labelbox JSON", json_with("Labeled Data", "Label"), remedy=AS_TABLE),
    Signature("Labelbox NDJSON", json_with("data_row", "projects"), remedy=AS_TABLE),
    Signature("Labelbox import NDJSON", json_with("dataRow", "bbox"), remedy=AS_TABLE),
    Signature("Supervisely JSON", json_with("objects.*.classTitle"), remedy=_EXPORT),
    Signature("Supervisely JSON", json_with("size.height", "objects", "tags"), remedy=_EXPORT),
    Signature("Supervisely meta.json", json_with("classes.*.title", "tags"), remedy=_EXPORT),
    Signature("V7 Darwin JSON", json_with("item.slots", "annotations"), remedy=_CONVERT),
    Signature("V7 Darwin JSON", json_with("image.filename", "annotations"), remedy=_CONVERT),
    Signature("Scale AI tasks", json_with("task_id", "response.annotations"), remedy=AS_TABLE),
    Signature("Scale AI tasks", json_with("task_id", "params.attachment"), remedy=AS_TABLE),
    Signature(
        "Scale Nucleus annotations", json_with("reference_id", "geometry", "label"), remedy=AS_TABLE
    ),
    Signature("Dataturks JSON", json_with("content", "annotation", "extras"), remedy=AS_TABLE),
    Signature(
        "Cityscapes polygons", json_with("imgWidth", "imgHeight", "objects"), remedy=_CONVERT
    ),
    Signature("BDD100K or Scalabel labels", json_with("labels.*.box2d"), remedy=_CONVERT),
    Signature("BDD100K or Scalabel labels", json_with("frames.*.objects.*.box2d"), remedy=_CONVERT),
    Signature("BDD100K or Scalabel labels", json_with("frames.*.labels.*.box2d"), remedy=_CONVERT),
    Signature("Mapillary traffic signs", json_with("ispano", "objects"), remedy=AS_TABLE),
    Signature(
        "Mapillary Vistas polygons",
        json_with("width", "height", "objects.*.polygon"),
        remedy=AS_TABLE,
    ),
    Signature("SuperAnnotate JSON", json_with("metadata.name", "instances"), remedy=_CONVERT),
    Signature("SuperAnnotate JSON", json_with("*.*.className", "*.*.points"), remedy=_CONVERT),
    Signature("Dataloop JSON", json_with("itemId", "annotations"), remedy=_EXPORT),
    Signature("Dataloop JSON", json_with("filename", "annotations.*.coordinates"), remedy=_EXPORT),
    Signature("Kili JSON", json_with("labels.*.jsonResponse"), remedy="Export COCO JSON instead."),
    Signature("Encord JSON", json_with("label_hash", "data_units"), remedy=AS_TABLE),
    Signature("Segments.ai release", json_with("dataset.samples"), remedy=_CONVERT),
    Signature("Prodigy JSON Lines", json_with("spans", "_task_hash"), remedy=AS_TABLE),
    Signature("Datumaro JSON", json_with("categories", "items.*.annotations"), remedy=_CONVERT),
    Signature("FiftyOne dataset", json_with("samples.*.filepath"), remedy=_EXPORT),
    Signature("FiftyOne labels", json_with("classes", "labels.*.*.bounding_box"), remedy=_EXPORT),
    Signature("CVAT task backup", json_with("shapes", "tracks", "tags"), remedy=_EXPORT),
    Signature("CVAT task backup", json_with("start_frame", "segments"), remedy=_EXPORT),
    Signature("OpenLABEL JSON", json_with("openlabel"), remedy=AS_TABLE),
    Signature("Video Content Description JSON", json_with("vcd"), remedy=AS_TABLE),
    Signature(
        "IBM cloud annotations", json_with("type", "labels", "annotations.*.*.x2"), remedy=AS_TABLE
    ),
    Signature("Azure ML JSON Lines", json_with("image_url", "label.*.topX"), remedy=AS_TABLE),
    Signature("Azure Custom Vision JSON", json_with("regions.*.tagName"), remedy=AS_TABLE),
    Signature("Azure Custom Vision JSON", json_with("images.*.regions.*.tagName"), remedy=AS_TABLE),
    Signature(
        "Vertex AI JSON Lines",
        json_with("imageGcsUri", "boundingBoxAnnotations"),
        remedy="Export the data set as CSV instead, or write a table. " + AS_TABLE,
    ),
    Signature("Google Vision answer", json_with("localizedObjectAnnotations"), remedy=AS_TABLE),
    Signature(
        "Google Vision answer", json_with("responses.*.localizedObjectAnnotations"), remedy=AS_TABLE
    ),
    Signature("Amazon Rekognition answer", json_with("Labels.*.Instances"), remedy=AS_TABLE),
    Signature(
        "Hugging Face metadata.jsonl", json_with("file_name", "objects.bbox"), remedy=AS_TABLE
    ),
    Signature("Ultralytics NDJSON", json_with("type", "task", "class_names"), remedy=_EXPORT),
    Signature("Ultralytics NDJSON", json_with("type", "file", "annotations"), remedy=_EXPORT),
    Signature("CrowdHuman boxes", json_with("ID", "gtboxes"), remedy=AS_TABLE),
    Signature("Visual Genome objects", json_with("objects.*.synsets", "image_id"), remedy=AS_TABLE),
    Signature("nuScenes table", json_with("token", "sample_token"), remedy=_CONVERT),
    Signature("Diffgram JSON", json_with("*.instance_list"), remedy=AS_TABLE),
    Signature("Diffgram JSON", json_with("instance_list"), remedy=AS_TABLE),
    Signature(
        "GeoJSON",
        json_with("type", "features"),
        remedy="Its coordinates may be those of a map. " + AS_TABLE,
    ),
)

JSON_SIGNATURES: Tuple[Signature, ...] = _BEFORE + _TOOLS
