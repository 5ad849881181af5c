"""What published scores and training compute say of algorithmic progress, as one curve over its logarithm."""
