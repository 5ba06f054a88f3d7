"""The tensors that hooks read, and what is only changed for a while."""

import tensorflow as tf
from object_detection.builders import optimizer_builder

from trainer import training_tensors
from trainer.input_pipeline import IMAGES
from trainer.training_tensors import TrainingTensors


def test_tensors_of_one_copy_are_taken():
    tensors = TrainingTensors()
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        step = tf.compat.v1.train.create_global_step()
        rate = tf.constant(0.25)
        tf.compat.v1.summary.scalar("learning_rate", rate)
        with tf.name_scope("Loss"):
            for part in ("classification", "localization", "regularization"):
                tf.constant(2.0, name=f"{part}_loss")
        saver = tf.compat.v1.train.Saver()
        spec = tf.estimator.EstimatorSpec(
            tf.estimator.ModeKeys.TRAIN,
            loss=tf.constant(1.5),
            train_op=tf.compat.v1.assign_add(step, 1),
            scaffold=tf.compat.v1.train.Scaffold(saver=saver),
        )
        tensors.add({IMAGES: tf.constant("names")}, spec)
        session.run(tf.compat.v1.global_variables_initializer())
        taken = session.run([tensors.loss, tensors.step, tensors.rate, tensors.images])
        curves = session.run(tf.compat.v1.summary.merge_all())
    assert taken == [[1.5], [1], [0.25], [b"names"]]
    assert tensors.saver is saver
    values = {
        value.tag: value.simple_value for value in tf.compat.v1.Summary.FromString(curves).value
    }
    assert values == {
        "Loss/classification_loss_1": 2.0,
        "Loss/localization_loss_1": 2.0,
        "learning_rate": 0.25,
    }


def test_savers_write_one_file_inside_and_are_as_before_outside():
    saver = tf.train.Saver
    with tf.Graph().as_default():
        tf.compat.v1.get_variable("v", initializer=tf.zeros([2]))
        with training_tensors.one_file():
            assert not tf.train.Saver(sharded=True).saver_def.sharded
        assert tf.train.Saver is saver


def test_the_optimizers_builder_is_as_before_outside():
    build = optimizer_builder.build
    with training_tensors._scaled_loss():
        assert optimizer_builder.build is not build
    assert optimizer_builder.build is build
