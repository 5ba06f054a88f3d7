"""Errors of the line to AWS and of its services, each with its cause and its remedy.

Sources: the API references of SageMaker, ECR and CloudWatch Logs, the S3 API reference, "Error
responses", and botocore's ``exceptions``.
"""

from __future__ import annotations

from typing import Tuple

from helpers.aws.access_errors import Known

QUOTAS = "https://console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas"
NETWORK = "Check the network, a proxy (HTTPS_PROXY) and the name of the region, and run it again"
AGAIN = "Run it again, it goes on where it can"

_LINES = (
    Known("ProxyConnectionError", "the proxy {proxy_url} does not answer", "Check HTTPS_PROXY"),
    Known(
        "SSLError",
        "the certificate of {endpoint_url} is not of an authority that this machine trusts",
        "Behind a proxy that reads along, set AWS_CA_BUNDLE to its authority's file",
    ),
    Known("EndpointConnectionError", "nobody answers at {endpoint_url}", NETWORK),
    Known("ConnectTimeoutError", "nobody answers in time at {endpoint_url}", NETWORK),
    Known("ConnectionClosedError", "{endpoint_url} hung up before it answered", AGAIN),
    Known("ReadTimeoutError", "{endpoint_url} does not answer in time", AGAIN),
    Known(
        "ResponseStreamingError IncompleteReadError IncompleteRead",
        "the line broke in the middle of an answer",
        AGAIN,
    ),
    Known("RetriesExceededError", "the line broke again and again", AGAIN),
    Known(
        "ChecksumError FlexibleChecksumError BadDigest XAmzContentSHA256Mismatch",
        "the bytes that arrived are not those that were sent",
        AGAIN,
    ),
    Known("ConnectionError HTTPClientError", "the line to AWS broke ({message})", NETWORK),
    Known(
        "ResponseParserError Unknown",
        "what answered is not AWS",
        "Log in to this network or its proxy (HTTPS_PROXY) with a browser, and run it again",
    ),
)

_SERVICES = (
    Known(
        "Throttling ThrottlingException ThrottledException RequestThrottled SlowDown "
        "RequestThrottledException TooManyRequestsException RequestLimitExceeded "
        "PriorRequestNotComplete BandwidthLimitExceeded 429",
        "AWS is asked too often in this account just now",
        "Wait a minute, and run it again",
    ),
    Known(
        "InternalError InternalFailure InternalServerError InternalServiceError InternalServer "
        "ServerException ServiceUnavailable ServiceUnavailableException RequestTimeout "
        "500 502 503 504",
        "AWS itself has a fault ({code})",
        "Run it again in a few minutes, and see https://health.aws.amazon.com",
    ),
    Known(
        "ResourceLimitExceeded LimitExceededException ServiceQuotaExceededException",
        "the quota '{quota}' of this account is {limit}",
        f"Ask for more at {QUOTAS}, or take another instance type",
        r"service limit '(?P<quota>[^']+)' is (?P<limit>[\d.]+)",
    ),
    Known(
        "ResourceLimitExceeded LimitExceededException ServiceQuotaExceededException",
        "a quota of this account is used up ({message})",
        f"Ask for more at {QUOTAS}, or delete what is no longer needed",
    ),
    Known(
        "CapacityError InsufficientInstanceCapacity InsufficientCapacityException",
        "AWS has no such instance free just now",
        "Run it again later, or take another instance type or region",
    ),
    Known(
        "AlgorithmError",
        "the instance has too little memory",
        "Take an instance type with more memory, or a smaller batch_size",
        r"exit code: 137|OutOfMemory|OOM",
    ),
    Known("ResourceInUse ResourceInUseException", "that name is taken", "Choose another", "", True),
    Known(
        "ConflictException OperationAborted",
        "another change of the same is under way",
        "Wait a minute, and run it again",
    ),
    Known(
        "ValidationException InvalidParameterException ClientError",
        "SageMaker cannot act as {role}",
        "Let its trust policy name sagemaker.amazonaws.com as a principal of sts:AssumeRole",
        r"[Cc]ould not assume role (?P<role>[^\s.,]+)",
    ),
    Known(
        "ValidationException ClientError RepositoryNotFoundException ImageNotFoundException",
        "the image is not in ECR, or the job's role may not pull it ({message})",
        "Build and push it with notebook 03_build_push, in this account and region",
        r"(?i)(cannot find (the )?(repository|image)|image\S* .*not? (be )?(found|exist)"
        r"|repository .* not exist|CannotPullContainer)",
    ),
    Known(
        "ValidationException ResourceNotFound ResourceNotFoundException",
        "there is none of that name in this account and region",
        "Check the name and the region",
        r"(?i)not? (be )?found|not exist",
        True,
    ),
    Known(
        "ResourceNotFound ResourceNotFoundException NoSuchEntity NoSuchEntityException",
        "there is none of that name in this account and region ({message})",
        "Check the name and the region",
        "",
        True,
    ),
    Known(
        "ValidationException ValidationError InvalidParameterException InvalidParameterValue "
        "InvalidArgument InvalidRequest MalformedXML",
        "AWS does not take this request ({message})",
        "Correct what it names",
        "",
        True,
    ),
    Known(
        "ParamValidationError UnknownServiceError UnknownEndpointError",
        "this request cannot be sent ({message})",
        "Correct what it names",
        "",
        True,
    ),
)

_STORES = (
    Known(
        "NoSuchBucket",
        "there is no such bucket",
        "Check its name, or create it with aws s3 mb",
        "",
        True,
    ),
    Known(
        "BucketAlreadyExists",
        "another account has a bucket of that name",
        "Choose a name that nobody else has, as with your account's number in it",
    ),
    Known("BucketAlreadyOwnedByYou", "this account has that bucket already", "Use it as it is"),
    Known(
        "InvalidBucketName InvalidDNSNameError",
        "a bucket cannot have that name",
        "Take 3 to 63 small letters, digits and hyphens",
    ),
    Known(
        "PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException "
        "TemporaryRedirect 301",
        "the bucket lies in another region{region}",
        "Set AWS_DEFAULT_REGION to the bucket's, or take a bucket of this region",
    ),
    Known("NoSuchKey NoSuchVersion", "there is no such file in S3", "Check its name", "", True),
    Known("404 NotFound", "there is no such thing", "Check its name", "", True),
    Known(
        "NoSuchUpload",
        "the upload that was under way has been removed",
        "Run it again from its start",
    ),
    Known(
        "InvalidObjectState",
        "the file is in an archive of S3, not at hand",
        "Restore it first with aws s3api restore-object",
    ),
    Known(
        "ImageTagAlreadyExistsException",
        "another image has that tag, and tags of this repository do not change",
        "Push under another tag",
    ),
    Known(
        "RepositoryNotFoundException",
        "there is no such repository in this account and region",
        "Push with notebook 03_build_push, which creates it",
    ),
    Known(
        "ImageNotFoundException",
        "there is no such image in ECR",
        "Push it with notebook 03_build_push",
    ),
)

SERVICE_ERRORS: Tuple[Known, ...] = (*_LINES, *_SERVICES, *_STORES)
