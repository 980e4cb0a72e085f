"""The image is built and run: make test-container. Needs root, buildah, debootstrap and runc; see conftest.py."""
