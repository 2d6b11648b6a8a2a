#!/bin/sh
set -eu
apt-get update
apt-get install -y docker.io make golang
git clone --depth 1 https://example.com/cilium.git /root/cilium
