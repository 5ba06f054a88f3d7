"""Everything that happens, happens in a step: one module each.

A step takes explicit paths and values and returns one frozen result that can show itself:
``as_text()`` for the shell, ``rows()`` for a table in a notebook. The command line, the notebooks
and the demo call steps and nothing below them. In the order in which a detector comes about:

=====================  ==========================================================================
``resolve_dataset``    one's own photos and annotations, or the built-in sample
``unpack_dataset``     a zip archive or TFRecords of other programs as files and folders
``validate_dataset``   what is wrong or odd about them: findings
``import_annotations`` the tidy table of what can be trained on
``split_dataset``      train, eval and test tables
``map_labels``         the label map
``write_tfrecords``    TFRecord shards
``inspect_tfrecords``  what the shards hold, and records that training would fail on
``fetch_model``        a model of the zoo to start from
``configure_pipeline`` ``pipeline.config``
``preflight``          whether records, label map, config and checkpoint fit together
``build_image``        the training image, and pushing it to ECR
``train``              a training job on this machine or in Docker; exporting again
``train_sagemaker``    a training job on SageMaker
``make_records_sagemaker``  TFRecords made on several machines by SageMaker Processing
``training_curves``    loss and mAP from the event files, TensorBoard
``evaluate_model``     metrics and analyses of every backend, a gallery, a page to send
``compare_models``     two models on the same images
``read_parity``        what the parity check at the end of the training found
``diagnose``           why the model is as good as it is, and what to do
``make_bundle``        the model folder for the Raspberry Pi
``detect_on_eval``     ``pi/detect.py`` on eval images
``demo``               all of these in a row
=====================  ==========================================================================
"""
