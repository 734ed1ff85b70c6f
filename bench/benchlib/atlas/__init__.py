# SPDX-License-Identifier: Apache-2.0
"""What bench/quality/atlas.py is made of: encoders and their vectors, their competence, and the trend."""
