"""Read manifests: paths -> Documents -> Manifests -> Desired. Works offline."""
