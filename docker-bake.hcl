# docker buildx bake            all images, for this machine
# docker buildx bake release    all images, amd64 and arm64, with SBOM and provenance (needs --push)
# No registry serves `podkit.local`, so nobody confuses a local build with a published image.
variable "REGISTRY" { default = "podkit.local" }
variable "VERSION" { default = "dev" }
variable "REVISION" { default = "" }
variable "SOURCE" { default = "" }
variable "IMAGES" { default = ["ambassador", "app", "downward-reader", "git-server", "git-sync", "metrics-adapter"] }

group "default" { targets = ["image"] }
group "release" { targets = ["multi"] }

target "image" {
  matrix = { name = IMAGES }
  name   = name
  target = name
  tags   = ["${REGISTRY}/${name}:${VERSION}"]
  args   = { VERSION = VERSION }
  # Labels that only the builder knows. The Dockerfile has the others.
  labels = {
    "org.opencontainers.image.revision" = REVISION
    "org.opencontainers.image.source"   = SOURCE
  }
}

target "multi" {
  matrix    = { name = IMAGES }
  name      = "${name}-multi"
  inherits  = [name]
  platforms = ["linux/amd64", "linux/arm64"]
  attest    = ["type=sbom", "type=provenance,mode=max"]
}
