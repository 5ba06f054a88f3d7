"""A training job in SageMaker's local mode: uploaded as for SageMaker, trained on this machine."""

from __future__ import annotations

from helpers.aws import bucket as buckets
from helpers.aws import identity, local_mode, s3_layout, s3_upload
from helpers.steps.train import TrainedModel, live_view
from helpers.training import docker_image, hyperparameters, local_job
from helpers.training.local_job import TrainingJob
from helpers.workspace import Workspace


def train_in_local_mode(
    work: Workspace,
    job: TrainingJob,
    bucket: str = "",
    prefix: str = "",
    image: str = "",
    create_bucket: bool = False,
) -> TrainedModel:
    """Uploads the channels, trains in the image on this machine, and takes over the model.

    Args:
        work: the work folder.
        job: of ``train.plan_training``.
        bucket: for the data; empty is SageMaker's usual bucket, made where it is not there.
        prefix: of the project in the bucket; empty is one of the work folder's own.
        image: its name; empty is the newest of the sources as they are.
        create_bucket: make ``bucket``, too, where it is not there.

    Raises:
        BadInput: a hyperparameter is unknown or impossible; nothing is sent then.
        JobFailed: starts with the cause.
        MissingPart: something is missing on this machine, or nobody knows who we are on AWS.
    """
    hyperparameters.parse(job.hyperparameters)
    local_mode.require_available()
    image = image or docker_image.newest()
    account = identity.account()
    name = bucket or s3_layout.default_bucket(account.number, account.region)
    buckets.require_ready(name, account, create=create_bucket or not bucket)
    root = s3_layout.root(name, s3_layout.project_prefix(work, prefix))
    transfers = s3_layout.plan(work, root)
    s3_upload.upload(transfers, root, account)
    places = s3_layout.layout(root)
    channels = {name: getattr(places, name) for name in s3_layout.channels(transfers)}
    local_job.keep_split(job.layout, job.training)
    result = local_mode.train(job, channels, account, image, live_view())
    exported = local_job.fetch_graph(job.folder, work.graph)
    return TrainedModel(result._replace(graph=exported), job.hyperparameters)
