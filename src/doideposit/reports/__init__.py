"""What doideposit tells people and programs: findings as text, annotations and JSON, and the HTML report."""
