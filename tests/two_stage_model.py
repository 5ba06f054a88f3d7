"""A two-stage detector with random weights, its config as the model zoo's but for its size.

Its detections mean nothing, but there are many of them at every score, so that two programs that
run it can only agree when they do the same.
"""

import re
from pathlib import Path

import numpy as np
import tiny_model
from google.protobuf import text_format

from helpers.inference import detection_graph
from helpers.pipeline_config import adaptation, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.structures.label_map import LabelMap

LABELS = LabelMap.of(["disc", "square", "star"])
SIZE = (144, 128)
EXTRACTORS = ("faster_rcnn_inception_v2", "faster_rcnn_resnet50", "faster_rcnn_resnet101")
MODEL = "model { faster_rcnn { %s } }"
PREDICTOR = MODEL % "second_stage_box_predictor { mask_rcnn_box_predictor { %s } }"
POST_PROCESSING = MODEL % "second_stage_post_processing { %s }"
NMS = POST_PROCESSING % "batch_non_max_suppression { %s }"
# How far what each head gives is spread on an image: enough for boxes and scores that differ.
_SPREADS = {
    "FirstStageBoxPredictor/BoxEncodingPredictor": 0.7,
    "FirstStageBoxPredictor/ClassPredictor": 1.5,
    "SecondStageBoxPredictor/BoxEncodingPredictor": 1.0,
    "SecondStageBoxPredictor/ClassPredictor": 2.0,
}
ZOO = """
model {
  faster_rcnn {
    num_classes: 90
    image_resizer { keep_aspect_ratio_resizer { min_dimension: 600 max_dimension: 1024 } }
    feature_extractor { type: "EXTRACTOR" first_stage_features_stride: 16 }
    first_stage_anchor_generator {
      grid_anchor_generator {
        height_stride: 16
        width_stride: 16
        scales: [0.25, 0.5, 1.0, 2.0]
        aspect_ratios: [0.5, 1.0, 2.0]
      }
    }
    first_stage_box_predictor_conv_hyperparams {
      op: CONV
      regularizer { l2_regularizer { weight: 0.0 } }
      initializer { truncated_normal_initializer { stddev: 0.01 } }
    }
    first_stage_nms_score_threshold: 0.0
    first_stage_nms_iou_threshold: 0.7
    first_stage_max_proposals: 300
    first_stage_localization_loss_weight: 2.0
    first_stage_objectness_loss_weight: 1.0
    initial_crop_size: 14
    maxpool_kernel_size: 2
    maxpool_stride: 2
    second_stage_box_predictor {
      mask_rcnn_box_predictor {
        fc_hyperparams {
          op: FC
          regularizer { l2_regularizer { weight: 0.0 } }
          initializer { variance_scaling_initializer { factor: 1.0 uniform: true mode: FAN_AVG } }
        }
        use_dropout: false
        dropout_keep_probability: 1.0
      }
    }
    second_stage_post_processing {
      batch_non_max_suppression {
        score_threshold: 0.3
        iou_threshold: 0.6
        max_detections_per_class: 100
        max_total_detections: 300
      }
      score_converter: SOFTMAX
    }
    second_stage_localization_loss_weight: 2.0
    second_stage_classification_loss_weight: 1.0
  }
}
train_config {
  batch_size: 1
  data_augmentation_options { random_horizontal_flip { } }
  optimizer {
    momentum_optimizer {
      learning_rate {
        manual_step_learning_rate {
          initial_learning_rate: 0.0002
          schedule { step: 900000 learning_rate: 0.00002 }
        }
      }
      momentum_optimizer_value: 0.9
    }
    use_moving_average: false
  }
  gradient_clipping_by_norm: 10.0
  fine_tune_checkpoint: "PATH_TO_BE_CONFIGURED/model.ckpt"
  from_detection_checkpoint: true
  num_steps: 200000
}
train_input_reader {
  label_map_path: "PATH_TO_BE_CONFIGURED/mscoco_label_map.pbtxt"
  tf_record_input_reader { input_path: "PATH_TO_BE_CONFIGURED/mscoco_train.record" }
}
eval_config { num_examples: 8000 max_evals: 10 use_moving_averages: false }
eval_input_reader {
  label_map_path: "PATH_TO_BE_CONFIGURED/mscoco_label_map.pbtxt"
  shuffle: false
  num_readers: 1
  tf_record_input_reader { input_path: "PATH_TO_BE_CONFIGURED/mscoco_val.record" }
}
"""


def zoo_config(extractor: str):
    """A config as the zoo has it."""
    return pipeline.parse(ZOO.replace("EXTRACTOR", extractor))


def config(changes: str = "", size=SIZE, extractor="faster_rcnn_resnet50"):
    """The zoo's config for the classes ``LABELS`` and a small input.

    Args:
        changes: merged into it, for example ``model { faster_rcnn { ... } }``.
        size: width and height of the model's input.
        extractor: the feature extractor's type.
    """
    made = adaptation.adapt(zoo_config(extractor), LABELS, ConfigOptions(image_size=size[0]))
    made.model.faster_rcnn.image_resizer.fixed_shape_resizer.height = size[1]
    return text_format.Merge(changes, made)


def checkpoint(made, folder: Path, seed: int = 7) -> str:
    """Writes a checkpoint of random weights for a config; returns its prefix."""
    import tensorflow as tf

    with tf.Graph().as_default(), tf.Session() as session:
        detection_graph.build(made)
        variables = sorted(tf.global_variables(), key=lambda variable: variable.op.name)
        random = np.random.RandomState(seed)
        _assign(session, [(v, _weights(v.op.name, v.shape.as_list(), random)) for v in variables])
        for head, spread in _SPREADS.items():
            _spread(session, variables, head, spread)
        return tf.train.Saver().save(session, str(folder / "model.ckpt"))


def _spread(session, variables, head: str, spread: float) -> None:
    weights = next(v for v in variables if v.op.name == f"{head}/weights")
    pixels = tiny_model.image((96, 96))[None]
    given = session.run(f"{head}/BiasAdd:0", {"image_tensor:0": pixels})
    _assign(session, [(weights, session.run(weights) * spread / given.std())])


def _assign(session, pairs) -> None:
    feeds = {variable.initializer.inputs[1]: value for variable, value in pairs}
    session.run([variable.initializer for variable, _ in pairs], feeds)


def _weights(name: str, shape, random) -> np.ndarray:
    last = name.split("/")[-1]
    if last in ("gamma", "moving_variance"):
        # A residual block adds to what it gets: small, or the last of many would drown the rest.
        return random.uniform(0.7, 1.4, shape) * (0.3 if re.search("conv3/.*gamma", name) else 1)
    if last in ("beta", "moving_mean", "biases"):
        return random.normal(0, 0.4, shape)
    fan_in = max(1.0, np.prod(shape[:2] if last == "depthwise_weights" else shape[:-1]))
    return random.normal(0, np.sqrt(2 / fan_in), shape)
