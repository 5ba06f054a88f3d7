"""JSON as annotation tools and data sets write it, the least of each that tells what it is.

Each row: what varies, the file's name, its content, and the tool that its signature names.
"""

_BOX = {"x": 1, "y": 2, "width": 3, "height": 4}
_PLACE = {"left": 1, "top": 2, "width": 3, "height": 4}
_SHAPE = {"label": "cat", "points": [[1, 2], [3, 4]], "shape_type": "rectangle"}
_COCO = {"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [{"id": 1, "name": "cat"}]}
_COCO_BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}
_STUDIO = {"original_width": 40, "original_height": 30, "value": {**_BOX, "rotation": 0}}
_ASSET = {"id": "f", "name": "a.jpg", "path": "file:a.jpg", "size": {"width": 40, "height": 30}}
_REGION = {"tags": ["cat"], "boundingBox": _PLACE, "points": []}
_VIA = {"filename": "a.jpg", "size": 9, "regions": []}
_VIA3 = {"project": {}, "file": {}, "view": {}, "metadata": {}, "attribute": {}}
_BOX2D = {"category": "car", "box2d": {"x1": 1, "y1": 2, "x2": 3, "y2": 4}}

READ = [
    ("COCO", "a.json", {**_COCO, "annotations": [_COCO_BOX]}, "COCO JSON"),
    ("COCO, empty", "a.json", {"images": [], "annotations": []}, "COCO JSON"),
    ("COCO of Roboflow", "_annotations.coco.json", {**_COCO, "annotations": []}, "COCO"),
    ("VIA 2", "via.json", {"a.jpg9": _VIA}, "VGG Image Annotator JSON"),
    ("VIA 1", "via.json", {"a.jpg9": {**_VIA, "regions": {}}}, "VGG Image Annotator JSON"),
    ("VIA project", "via.json", {"_via_img_metadata": {"a": _VIA}}, "VGG Image Annotator JSON"),
    ("Ground Truth", "o.manifest", {"source-ref": "s3://b/a.jpg"}, "SageMaker Ground Truth"),
    ("Rekognition", "o.jsonl", [{"source-ref": "a.jpg"}, {"source-ref": "b.jpg"}], "SageMaker"),
    ("labelme", "a.json", {"version": "5.0", "shapes": [_SHAPE], "imagePath": "a"}, "labelme"),
    ("labelme, empty", "a.json", {"shapes": [], "imagePath": "a.jpg"}, "labelme"),
    ("X-AnyLabeling", "a.json", {"version": "2.3", "shapes": [], "imagePath": "a.jpg"}, "labelme"),
    ("CreateML", "a.json", [{"image": "a", "annotations": [{"coordinates": _BOX}]}], "CreateML"),
    ("CreateML, older", "a.json", [{"imagefilename": "a", "annotation": []}], "CreateML"),
    ("CreateML, empty", "a.json", [{"image": "a.jpg", "annotations": []}], "CreateML"),
    ("Label Studio", "a.json", [{"data": {}, "annotations": [{"result": []}]}], "Label Studio"),
    ("Label Studio 0.9", "a.json", [{"data": {}, "completions": [{"result": []}]}], "Label Studio"),
    ("JSON-MIN, empty", "a.json", [{"image": "a.jpg", "annotation_id": 1}], "Label Studio JSON-M"),
    ("JSON-MIN", "a.json", [{"image": "a.jpg", "label": [_STUDIO]}], "Label Studio JSON-MIN"),
    ("VoTT", "a.json", {"assets": {"f": {"asset": _ASSET, "regions": [_REGION]}}}, "VoTT JSON"),
    ("VoTT asset", "f-asset.json", {"asset": _ASSET, "regions": [_REGION]}, "VoTT asset JSON"),
    ("VIA 3", "via.json", _VIA3, "VGG Image Annotator 3"),
]

NAMED = [
    ("COCO results", "a.json", [{**_COCO_BOX, "score": 0.9}], "COCO detection results"),
    ("mask results", "a.json", [{"image_id": 1, "category_id": 1, "score": 1}], "COCO detection"),
    ("COCO list", "a.json", [_COCO_BOX], "COCO list of annotations"),
    ("panoptic", "a.json", {**_COCO, "annotations": [{"segments_info": []}]}, "COCO panoptic"),
    ("captions", "a.json", {"images": [], "annotations": [{"caption": "a cat"}]}, "COCO captions"),
    ("COCO test images", "image_info.json", _COCO, "COCO list of images"),
    ("Label Studio tasks", "a.json", [{"data": {}, "predictions": []}], "Label Studio tasks"),
    ("VoTT project", "a.vott", {"sourceConnection": {}, "targetConnection": {}}, "VoTT project"),
    ("VoTT 1", "a.json", {"frames": {"a.jpg": []}, "inputTags": "cat"}, "VoTT 1 JSON"),
    ("Labelbox", "a.json", [{"Labeled Data": "a.jpg", "Label": {"objects": []}}], "Labelbox JSON"),
    ("Labelbox skipped", "a.json", [{"Labeled Data": "a", "Label": "Skip"}], "Labelbox JSON"),
    ("Labelbox 2", "a.ndjson", [{"data_row": {}, "projects": {}}] * 2, "Labelbox NDJSON"),
    ("Labelbox import", "a.ndjson", [{"dataRow": {}, "bbox": _PLACE}] * 2, "Labelbox import"),
    ("Supervisely", "a.jpg.json", {"objects": [{"classTitle": "cat"}]}, "Supervisely JSON"),
    ("Supervisely, empty", "a.json", {"size": {"height": 3}, "objects": [], "tags": []}, "Superv"),
    ("Supervisely meta", "meta.json", {"classes": [{"title": "cat"}], "tags": []}, "Supervisely"),
    ("Darwin 2", "a.json", {"version": "2.0", "item": {"slots": []}, "annotations": []}, "V7 Darw"),
    ("Darwin 1", "a.json", {"image": {"filename": "a.jpg"}, "annotations": []}, "V7 Darwin"),
    ("Scale", "a.json", [{"task_id": "1", "response": {"annotations": []}}], "Scale AI tasks"),
    ("Scale task", "a.json", {"task_id": "1", "params": {"attachment": "a.jpg"}}, "Scale AI"),
    ("Nucleus", "a.json", [{"label": "c", "geometry": _BOX, "reference_id": "a"}], "Scale Nucleus"),
    ("Dataturks", "a.json", [{"content": "u", "annotation": None, "extras": None}] * 2, "Datatu"),
    ("Cityscapes", "a.json", {"imgHeight": 3, "imgWidth": 4, "objects": []}, "Cityscapes"),
    ("BDD100K", "a.json", [{"name": "a.jpg", "labels": [_BOX2D]}], "BDD100K"),
    ("BDD100K 1", "a.json", {"name": "a", "frames": [{"objects": [_BOX2D]}]}, "BDD100K"),
    ("Scalabel", "a.json", {"frames": [{"name": "a", "labels": [_BOX2D]}]}, "BDD100K"),
    ("Mapillary signs", "a.json", {"width": 4, "ispano": False, "objects": []}, "Mapillary traff"),
    ("Mapillary", "a.json", {"width": 4, "height": 3, "objects": [{"polygon": []}]}, "Mapillary V"),
    ("SuperAnnotate", "a.json", {"metadata": {"name": "a.jpg"}, "instances": []}, "SuperAnnotate"),
    ("SuperAnnotate 1", "a.json", {"a.jpg": [{"className": "c", "points": _BOX}]}, "SuperAnnot"),
    ("Dataloop", "a.json", {"filename": "/a.jpg", "itemId": "1", "annotations": []}, "Dataloop"),
    ("Dataloop 2", "a.json", {"filename": "a", "annotations": [{"coordinates": []}]}, "Dataloop"),
    ("Hasty", "a.json", {"label_classes": [], "images": [{"labels": []}]}, "Hasty JSON"),
    ("Kili", "a.json", [{"externalId": "a", "labels": [{"jsonResponse": {}}]}], "Kili JSON"),
    ("Encord", "a.json", [{"label_hash": "h", "data_units": {}}], "Encord JSON"),
    ("Segments.ai", "a.json", {"name": "v1", "dataset": {"samples": []}}, "Segments.ai"),
    ("Prodigy", "a.jsonl", [{"image": "a", "spans": [], "_task_hash": 1}] * 2, "Prodigy"),
    ("Datumaro", "a.json", {"categories": {}, "items": [{"annotations": []}]}, "Datumaro"),
    ("FiftyOne", "samples.json", {"samples": [{"filepath": "a.jpg"}]}, "FiftyOne dataset"),
    ("FiftyOne labels", "a.json", {"classes": [], "labels": {"a": [{"bounding_box": []}]}}, "Fift"),
    ("CVAT backup", "a.json", [{"tags": [], "shapes": [], "tracks": []}], "CVAT task"),
    ("CVAT job", "a.json", [{"start_frame": 0, "segments": []}], "CVAT task backup"),
    ("OpenLABEL", "a.json", {"openlabel": {"frames": {}}}, "OpenLABEL"),
    ("VCD", "a.json", {"vcd": {"objects": {}}}, "Video Content"),
    ("IBM", "a.json", {"type": "l", "labels": [], "annotations": {"a.jpg": [{"x2": 1}]}}, "IBM"),
    ("Azure ML", "a.jsonl", [{"image_url": "a.jpg", "label": [{"topX": 0.1}]}] * 2, "Azure ML"),
    ("Custom Vision", "a.json", [{"id": "1", "regions": [{"tagName": "cat"}]}], "Azure Custom"),
    ("Custom Vision 2", "a.json", {"images": [{"regions": [{"tagName": "c"}]}]}, "Azure Custom"),
    ("Vertex", "a.jsonl", [{"imageGcsUri": "gs://a", "boundingBoxAnnotations": []}] * 2, "Vertex"),
    ("Google Vision", "a.json", {"localizedObjectAnnotations": []}, "Google Vision"),
    ("Vision batch", "a.json", {"responses": [{"localizedObjectAnnotations": []}]}, "Google"),
    ("Rekognition", "a.json", {"Labels": [{"Name": "Cat", "Instances": []}]}, "Amazon Rekog"),
    ("Hugging Face", "metadata.jsonl", [{"file_name": "a", "objects": {"bbox": []}}] * 2, "Hugg"),
    ("Ultralytics", "a.ndjson", [{"type": "dataset", "task": "d", "class_names": {}}] * 2, "Ultra"),
    ("Ultralytics, cut", "a.ndjson", [{"type": "image", "file": "a", "annotations": {}}], "Ultra"),
    ("CrowdHuman", "a.odgt", [{"ID": "a", "gtboxes": [{"fbox": []}]}] * 2, "CrowdHuman"),
    ("Visual Genome", "objects.json", [{"image_id": 1, "objects": [{"synsets": []}]}], "Visual"),
    ("nuScenes", "sample_annotation.json", [{"token": "a", "sample_token": "b"}], "nuScenes"),
    ("Diffgram", "a.json", {"1": {"instance_list": []}}, "Diffgram"),
    ("Diffgram file", "a.json", [{"file": {}, "instance_list": []}], "Diffgram"),
    ("GeoJSON", "a.geojson", {"type": "F", "features": [{"geometry": {}}]}, "GeoJSON"),
    ("GeoJSON, empty", "a.geojson", {"type": "F", "features": []}, "GeoJSON"),
]
