"""Tasks of robots from MuJoCo Menagerie, whose files a model text names by `<include file="menagerie/..."/>`."""
