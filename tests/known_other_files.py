"""XML and all other files as annotation tools and data sets write them, the least that tells.

Rows are as in ``known_json_files``.
"""

import annotation_files as files

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_VOC = "<annotation><filename>a.jpg</filename><object></object></annotation>"
_LABELME = "<annotation><imagesize/><object><polygon><pt/></polygon></object></annotation>"
_TF2 = "model { ssd {} } train_config { fine_tune_checkpoint_version: V2 }"

XML_READ = [
    ("LabelImg", "a.xml", _VOC, "Pascal VOC XML"),
    ("VOC, upper case", "A.XML", _HEAD + _VOC, "Pascal VOC XML"),
    ("roLabelImg", "a.xml", "<annotation><object><robndbox/></object></annotation>", "Pascal VOC"),
    ("ImageNet", "a.xml", "<annotation><folder/><filename>a</filename></annotation>", "Pascal VOC"),
    ("broken XML", "a.xml", "<annotation><ob", "Pascal VOC XML"),
    ("unknown XML", "a.xml", "<words/>", "Pascal VOC XML"),
    ("comment first", "a.xml", "<!-- <alto> -->" + _VOC, "Pascal VOC XML"),
    ("UTF-16", "a.xml", _VOC.encode("utf-16"), "Pascal VOC XML"),
    ("CVAT images", "a.xml", _HEAD + "<annotations><version/><image/></annotations>", "CVAT XML"),
    ("CVAT video", "a.xml", "<annotations><track><box/></track></annotations>", "CVAT XML"),
    ("dlib", "a.xml", "<dataset><images><image><box/></image></images></dataset>", "dlib XML"),
    ("dlib, bare", "a.xml", "<dataset><image><box/></image></dataset>", "dlib XML"),
    ("LabelMe", "a.xml", _LABELME, "LabelMe XML"),
    ("LabelMe, empty", "a.xml", "<annotation><imagesize><nrows/></imagesize></annotation>", "Labe"),
    (
        "Roboflow VOC",
        "a.xml",
        "<annotation><object><polygon><x1/></polygon></object></annotation>",
        "Pascal VOC XML",
    ),
    ("CVAT, empty", "a.xml", "<annotations><meta/></annotations>", "CVAT XML"),
]

XML_NAMED = [
    ("PAGE", "a.xml", "<PcGts><Page/></PcGts>", "PAGE XML"),
    ("ALTO", "a.xml", "<alto><Layout/></alto>", "ALTO XML"),
    ("ICDAR", "a.xml", "<tagset><image/></tagset>", "ICDAR"),
    ("DETRAC", "a.xml", "<sequence><frame><target_list/></frame></sequence>", "UA-DETRAC"),
    ("KITTI tracklets", "a.xml", "<boost_serialization/>", "KITTI tracklets"),
    ("ViPER", "a.xml", "<viper><config/></viper>", "ViPER"),
    ("HRSC", "a.xml", "<HRSC_Image><HRSC_Objects/></HRSC_Image>", "HRSC2016"),
    ("FAIR1M", "a.xml", "<annotation><objects><possibleresult/></objects></annotation>", "FAIR1M"),
    ("ImageScope", "a.xml", "<Annotations><Annotation><Region/></Annotation></Annotations>", "Ape"),
    ("ASAP", "a.xml", "<ASAP_Annotations/>", "ASAP"),
    ("cascade", "cascade.xml", "<opencv_storage/>", "model or calibration of OpenCV"),
    ("OpenVINO", "m.xml", "<net><layers/></net>", "OpenVINO model"),
    ("S3 error", "a.xml", "<Error><Code>AccessDenied</Code></Error>", "answer of a server"),
]

READ = [
    ("tidy table", "a.csv", "filename,width,height,class,xmin,ymin,xmax,ymax", "table of boxes"),
    ("RetinaNet", "a.csv", "a.jpg,1,2,3,4,cat", "table of boxes"),
    ("tabs", "a.tsv", "image\tlabel\tx1\ty1\tx2\ty2", "table of boxes"),
    ("semicolons", "a.csv", "filename;class;xmin;ymin;xmax;ymax", "table of boxes"),
    ("VIA", "a.csv", files.VIA_CSV_NAMES, "VGG Image Annotator CSV"),
    ("VIA 1", "a.csv", "#" + files.VIA_CSV_NAMES, "VGG Image Annotator CSV"),
    ("makesense", "a.csv", files.MAKESENSE_NAMES, "makesense.ai CSV"),
    ("makesense, old", "a.csv", files.MAKESENSE, "makesense.ai CSV"),
    ("AutoML", "a.csv", files.AUTOML, "Vertex AI or AutoML CSV"),
    ("AutoML, bare", "a.csv", files.AUTOML_BARE, "Vertex AI or AutoML CSV"),
    ("AutoML, no sets", "a.csv", files.AUTOML.partition(",")[2], "Vertex AI or AutoML CSV"),
    ("Open Images", "a.csv", files.OPEN_IMAGES_NAMES, "Open Images CSV"),
    ("KITTI", "a.txt", files.KITTI, "KITTI labels"),
    ("NVIDIA TAO", "a.txt", "car 0 0 0 1 2 3 4 0 0 0 0 0 0 0", "KITTI labels"),
    ("OIDv4", "Label/a.txt", files.OIDV4, "OIDv4 toolkit text"),
    ("YOLO", "a.txt", "0 0.5 0.5 0.1 0.1", "YOLO text"),
    ("data.yaml", "data.yaml", "names: [cat]", "class names"),
    ("YOLO 8 yaml", "data.yml", "names:\n  0: cat", "class names"),
    ("classes.txt", "classes.txt", "cat", "class names"),
    ("obj.names", "obj.names", "cat", "class names"),
    ("labels.txt", "labels.txt", "cat", "class names"),
    ("Roboflow darknet", "_darknet.labels", "cat", "class names"),
]

NAMED = [
    ("Open Images' names", "a.csv", files.OPEN_IMAGES_CLASSES, "class names of Open Images"),
    ("Open Images 7's names", "a.csv", "LabelName,DisplayName", "class names of Open Images"),
    ("image labels", "a.csv", "ImageID,Source,LabelName,Confidence", "image labels or ids of Open"),
    ("image ids", "a.csv", "ImageID,Subset,OriginalURL,License", "image labels or ids of Open"),
    ("LFS", "a.json", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
    ("LFS of XML", "a.xml", "version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
    ("page", "a.json", "<!DOCTYPE html><html></html>", "web page"),
    ("page, bare", "a.csv", "<html><body/></html>", "web page"),
    ("gzipped records", "train.record.gz", b"\x1f\x8b\x08", "gzipped record file"),
    ("gzipped shard", "train.record-00000-of-00002", b"\x1f\x8b\x08", "gzipped record file"),
    ("gzipped JSON", "a.json.gz", b"\x1f\x8b\x08", "gzipped file"),
    ("zip", "a.zip", b"PK\x03\x04", "zip archive"),
    ("RAR", "a.rar", b"Rar!\x1a\x07", "RAR archive"),
    ("7-Zip", "a.7z", b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    ("xz", "a.tar.xz", b"\xfd7zXZ\x00", "xz archive"),
    ("bzip2", "a.tar.bz2", b"BZh9", "bzip2 archive"),
    ("zstd", "a.zst", b"\x28\xb5\x2f\xfd", "Zstandard archive"),
    ("tar", "a.tar", b"a".ljust(257, b"\0") + b"ustar", "tar archive"),
    ("Excel", "a.xlsx", b"PK\x03\x04", "Excel workbook"),
    ("old Excel", "a.xls", b"\xd0\xcf\x11\xe0", "Excel workbook"),
    ("Parquet", "a.parquet", b"PAR1", "Parquet table"),
    ("Arrow", "a.arrow", b"ARROW1", "Arrow table"),
    ("HDF5", "a.h5", b"\x89HDF\r\n", "HDF5 file"),
    ("MATLAB", "gt.mat", b"MATLAB 5.0 MAT-file", "MATLAB file"),
    ("SQLite", "a.db", b"SQLite format 3\0", "SQLite database"),
    ("NumPy", "a.npy", b"\x93NUMPY", "NumPy array"),
    ("pickle", "a.pkl", b"\x80\x04", "pickled Python object"),
    ("records", "train.record", b"\x10\0\0\0", "TFRecords"),
    ("tfrecord", "a.tfrecord", b"\x10\0\0\0", "TFRecords"),
    ("tfrecords", "a.tfrecords", b"\x10\0\0\0", "TFRecords"),
    ("shard", "train.record-00000-of-00010", b"\x10\0\0\0", "TFRecords"),
    ("Cityscapes masks", "a_gtFine_labelIds.png", b"\x89PNG", "Cityscapes masks"),
    ("VOC masks", "SegmentationClass/a.png", b"\x89PNG".ljust(25) + b"\x03", "Pascal VOC masks"),
    ("masks", "train.csv", "ImageId,EncodedPixels\na.jpg,1 2", "table of masks"),
    ("VisDrone", "a.txt", "684,8,273,116,0,0,0,0", "VisDrone lines"),
    ("VisDrone, comma", "a.txt", "684,8,273,116,0,0,0,0,", "VisDrone lines"),
    ("MOT", "gt.txt", "1,2,794.2,47.5,71.2,174.8,1,1,0.8", "MOT lines"),
    ("DOTA", "a.txt", "imagesource:GoogleEarth\ngsd:0.1\n", "DOTA lines"),
    ("DOTA 1.0", "a.txt", "1 2 3 4 5 6 7 8 small-vehicle 0", "DOTA lines"),
    ("WIDER FACE", "gt.txt", "0--P/a.jpg\n1\n449 330 122 149 0 0 0 0 0 0", "WIDER FACE"),
    ("image list", "train.txt", "data/a.jpg\ndata/b.jpg", "list of images"),
    ("PPOCRLabel", "Label.txt", 'a.jpg\t[{"transcription": "x", "points": []}]', "PPOCRLabel"),
    ("label map", "label_map.pbtxt", "item {\n id: 1\n name: 'cat'\n}", "label map"),
    ("TF2 config", "pipeline.config", _TF2, "pipeline config of TensorFlow 2"),
    ("TF1 config", "pipeline.config", "model { ssd {} } train_config {}", "pipeline config"),
]
