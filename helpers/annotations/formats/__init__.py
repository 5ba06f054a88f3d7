"""The annotation formats: what their files hold in, ``ImageRecord`` out, and back."""
