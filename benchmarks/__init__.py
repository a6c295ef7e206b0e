"""What is measured, and against whom: ratios taken side by side in one run."""
