"""Amazon's services: identity, ECR, S3, SageMaker, and what they cost."""
