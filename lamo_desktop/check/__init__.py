"""What `lamo check` tells about an export: mapping, attrition, problems, unknown names, and the leakage audit."""
