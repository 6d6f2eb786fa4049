"""Rules evaluated over many units at once; what does not hold becomes findings in Chinese."""
