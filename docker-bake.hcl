# docker buildx bake            all images, for this machine
# docker buildx bake release    all images, amd64 and arm64, with SBOM and provenance (needs --push)
variable "REGISTRY" { default = "podkit" }
variable "VERSION" { default = "0.1.0" }
variable "REVISION" { default = "" }
variable "SOURCE" { default = "" }

group "default" { targets = ["image"] }
group "release" { targets = ["multi"] }

target "image" {
  matrix = { name = ["app", "git-sync", "git-server", "metrics-adapter", "ambassador", "downward-reader"] }
  name   = name
  target = name
  tags   = ["${REGISTRY}/${name}:${VERSION}"]
  args   = { VERSION = VERSION }
  # What is known only to who builds; the Dockerfile has the rest.
  labels = {
    "org.opencontainers.image.revision" = REVISION
    "org.opencontainers.image.source"   = SOURCE
  }
}

target "multi" {
  matrix    = { name = ["app", "git-sync", "git-server", "metrics-adapter", "ambassador", "downward-reader"] }
  name      = "${name}-multi"
  inherits  = [name]
  platforms = ["linux/amd64", "linux/arm64"]
  attest    = ["type=sbom", "type=provenance,mode=max"]
}
