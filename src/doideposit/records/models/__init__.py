"""The values doideposit works with: a commentary, its series, its people, and the batch they travel in."""
