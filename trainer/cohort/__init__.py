"""Who is learned from and who is judged: splits, and the cohort file that keeps them."""
