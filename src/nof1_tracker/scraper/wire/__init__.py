"""The site's JSON: decoded, recognised, validated row by row."""
