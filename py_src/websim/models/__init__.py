"""Models and their files: any MJCF, read, limited and completed before MuJoCo sees it."""
