# docker buildx bake            all images, for this machine
# docker buildx bake release    all images, amd64 and arm64, with SBOM and provenance (needs --push)
variable "REGISTRY" { default = "podkit" }
variable "VERSION" { default = "0.1.0" }
variable "REVISION" { default = "" }
variable "SOURCE" { default = "" }

function "titles" {
  params = [name]
  result = lookup({
    app             = "An HTTP service whose health and shutdown are exemplary"
    git-sync        = "Keeps a directory equal to a Git ref, published atomically"
    git-server      = "A small Git remote over smart HTTP, for demonstrations"
    metrics-adapter = "Whatever an application emits, as one Prometheus endpoint"
    ambassador      = "One local door to memory, Redis and PostgreSQL"
    downward-reader = "Everything the Downward API gives, live"
  }, name, name)
}

group "default" { targets = ["image"] }
group "release" { targets = ["multi"] }

target "image" {
  matrix = { name = ["app", "git-sync", "git-server", "metrics-adapter", "ambassador", "downward-reader"] }
  name   = name
  target = name
  tags   = ["${REGISTRY}/${name}:${VERSION}"]
  labels = {
    "org.opencontainers.image.title"       = "podkit/${name}"
    "org.opencontainers.image.description" = titles(name)
    "org.opencontainers.image.version"     = VERSION
    "org.opencontainers.image.revision"    = REVISION
    "org.opencontainers.image.source"      = SOURCE
    "org.opencontainers.image.licenses"    = "Apache-2.0"
  }
}

target "multi" {
  matrix    = { name = ["app", "git-sync", "git-server", "metrics-adapter", "ambassador", "downward-reader"] }
  name      = "${name}-multi"
  inherits  = [name]
  platforms = ["linux/amd64", "linux/arm64"]
  attest    = ["type=sbom", "type=provenance,mode=max"]
}
