#!/bin/sh
set -eu
yum install -y epel-release
yum install -y nginx haproxy
