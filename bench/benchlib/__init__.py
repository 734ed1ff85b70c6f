# SPDX-License-Identifier: Apache-2.0
"""What the scripts of bench/ share. A script imports this library and no other script."""
