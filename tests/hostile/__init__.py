"""Stacks that mean harm, each as the files of a folder: what they are refused with, and at what cost."""
