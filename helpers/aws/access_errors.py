"""Errors about who asks AWS and what they may do, each with its cause and its remedy.

Sources: the API reference of IAM, "Common errors", those of STS and KMS, the S3 API reference,
"Error responses", and botocore's ``exceptions``.
"""

from __future__ import annotations

from typing import NamedTuple, Tuple

LOG_IN = "Log in again with aws sso login, or renew these keys, and run it again"
KEYS = "Compare the keys with those in IAM and enter them with aws configure"
CLOCK = "Set this machine's clock by the network, as with timedatectl set-ntp true"


class Known(NamedTuple):
    """One kind of error.

    Attributes:
        names: codes of AWS, states of HTTP, or exceptions of botocore and boto3, between blanks.
        cause: as a clause; its fields are the groups of ``words``, the values that botocore keeps
            of an error, and ``code``, ``message``, ``action`` and ``region``.
        remedy: what the user can do, as a sentence without its stop; with the same fields.
        words: an expression that AWS's own words have to match.
        of_the_thing: the caller, who knows what was asked for, may know a better remedy.
    """

    names: str
    cause: str
    remedy: str
    words: str = ""
    of_the_thing: bool = False


_IDENTITY = (
    Known("NoCredentialsError", "no AWS credentials", "Run: aws configure"),
    Known(
        "PartialCredentialsError",
        "the credentials in {provider} lack {cred_var}",
        "Complete them with aws configure",
    ),
    Known(
        "CredentialRetrievalError",
        "{provider} gives no credentials ({error_msg})",
        "Run that program by itself to see why, or use other credentials with AWS_PROFILE",
    ),
    Known(
        "ProfileNotFound",
        "there is no profile {profile} in AWS's config file",
        "Set AWS_PROFILE to one that aws configure list-profiles shows, or unset it",
    ),
    Known(
        "ConfigParseError",
        "{path} is not a config file as AWS's programs read it",
        "Correct it, or write it again with aws configure",
    ),
    Known(
        "InvalidConfigError",
        "AWS's config file contradicts itself ({message})",
        "Correct the profile in ~/.aws/config",
    ),
    Known("ConfigNotFound", "{path} is not there", "Write it with aws configure"),
    Known(
        "SSOError SSOTokenLoadError UnauthorizedSSOTokenError TokenRetrievalError "
        "UnauthorizedException",
        "the single sign-on session has ended",
        "Run aws sso login, with --profile where it is not the default one, and try again",
    ),
    Known(
        "ForbiddenException",
        "single sign-on does not give this profile's role to you",
        "Choose an account and a role that you have with aws configure sso",
    ),
    Known(
        "RefreshWithMFAUnsupportedError",
        "these credentials want a code of an MFA device, which nobody can enter here",
        "Get keys for some hours with aws sts get-session-token, and set them with AWS_PROFILE",
    ),
    Known(
        "MetadataRetrievalError",
        "this machine's own role gives no credentials ({error_msg})",
        "Attach a role to this machine, or run aws configure",
    ),
    Known(
        "NoRegionError", "no AWS region", "Give one: export AWS_DEFAULT_REGION=us-east-1, or yours"
    ),
    Known(
        "InvalidRegionError",
        "{region_name} is no AWS region",
        "Set AWS_DEFAULT_REGION to one, as us-east-1",
    ),
    Known(
        "RequestTimeTooSkewed RequestInTheFuture",
        "this machine's clock is more than a quarter of an hour wrong",
        CLOCK,
    ),
    Known(
        "SignatureDoesNotMatch InvalidSignatureException RequestExpired",
        "this machine's clock is wrong: AWS takes this request for an old or a future one",
        CLOCK,
        "expired|not yet current",
    ),
    Known(
        "SignatureDoesNotMatch InvalidSignatureException",
        "the secret key does not belong to this access key",
        KEYS,
    ),
    Known(
        "ExpiredToken ExpiredTokenException TokenRefreshRequired",
        "these credentials have expired",
        LOG_IN,
    ),
    Known(
        "InvalidToken InvalidTokenException",
        "the session token is not of these keys",
        "Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN together",
    ),
    Known(
        "InvalidClientTokenId InvalidAccessKeyId UnrecognizedClientException AuthFailure",
        "AWS does not know this access key, or not in this region",
        KEYS,
    ),
    Known(
        "MissingAuthenticationToken MissingAuthenticationTokenException IncompleteSignature "
        "IncompleteSignatureException",
        "the request arrived without its signature",
        "Let the proxy (HTTPS_PROXY) pass the header Authorization on",
    ),
    Known(
        "OptInRequired SubscriptionRequiredException",
        "this account has not been activated for that service or region",
        "Activate it at https://console.aws.amazon.com/billing, or take another region",
    ),
    Known(
        "AccountProblem NotSignedUp AllAccessDisabled",
        "there is a problem with this AWS account ({message})",
        "See https://console.aws.amazon.com/billing, or write to AWS's support",
    ),
)

_RIGHTS = (
    Known(
        "AccessDenied AccessDeniedException",
        "{who} may not give the role {resource} to a job (iam:PassRole)",
        "Ask an administrator for iam:PassRole on that role",
        r"User: (?P<who>\S+) .*iam:PassRole on resource: (?P<resource>\S+)",
    ),
    Known(
        "AccessDenied AccessDeniedException KMS.AccessDeniedException",
        "this is encrypted with {key}, which these credentials may not use ({action})",
        "Ask an administrator for {action} on that key",
        r"perform: (?P<action>kms:\w+)(?: on resource: (?P<key>\S+))?",
    ),
    Known(
        "AccessDenied AccessDeniedException UnauthorizedOperation",
        "an administrator has forbidden {action} to {who}",
        "Ask them to allow {action}, or use other credentials with AWS_PROFILE",
        r"User: (?P<who>\S+) .*perform: (?P<action>[\w-]+:\w+).*explicit deny",
    ),
    Known(
        "AccessDenied AccessDeniedException UnauthorizedOperation AuthorizationError NotAuthorized",
        "{who} may not {action}",
        "Ask an administrator for a policy that allows {action}",
        r"User: (?P<who>\S+) .*perform: (?P<action>[\w-]+:\w+)",
    ),
    Known(
        "AccessDenied AccessDeniedException UnauthorizedOperation AuthorizationError NotAuthorized",
        "these credentials may not {action}",
        "Ask an administrator for a policy that allows {action}",
        r"(?P<action>\b[a-z][a-z0-9-]*:[A-Z]\w+)",
    ),
    Known(
        "AccessDeniedException",
        "these credentials may not {action}",
        "Ask an administrator for a policy with {action}",
        "",
        True,
    ),
    Known(
        "AccessDenied UnauthorizedOperation 403 Forbidden",
        "these credentials may not {action}, or it belongs to another account",
        "Check the name and whose it is, and ask an administrator for a policy with {action}",
    ),
    Known(
        "KMS.DisabledException KMS.KMSInvalidStateException KMSInvalidStateException "
        "DisabledException",
        "the key that encrypts this is disabled or will be deleted",
        "Enable it at https://console.aws.amazon.com/kms, or take another bucket",
    ),
    Known(
        "KMS.NotFoundException KMS.KMSNotFoundException",
        "the key that encrypts this is not there",
        "Give the bucket another key at https://console.aws.amazon.com/s3",
    ),
)

ACCESS_ERRORS: Tuple[Known, ...] = (*_IDENTITY, *_RIGHTS)
