"""The account of the stand-in for AWS, which moto has too."""

from helpers.aws.account import Account

REGION = "eu-west-1"
ACCOUNT = Account("123456789012", REGION, "arn:aws:iam::123456789012:user/me")
