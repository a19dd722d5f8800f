"""Vector files and plane geometry: reading lines and areas, writing GeoPackages."""
