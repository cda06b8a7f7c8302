"""What people take away: the recommendations workbook and the reports."""
