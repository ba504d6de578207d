#!/usr/bin/env bash
# Gives each user of the broker a password at the first start, and writes the definitions that hold
# their hashes. So there is no password in the repository, and none that two installations share.
# Who needs a password finds it in a volume that only this script and its reader mount:
#
#   /volumes/broker/definitions.json                  for the broker
#   /volumes/broker/admin.password                    for people, see README.md
#   /volumes/broker/erlang.cookie                     for the nodes of a cluster
#   /volumes/<service>/spring.rabbitmq.password       for a service, as a Spring configuration tree
set -euo pipefail

unhex() { printf '%b' "$(sed 's/../\\x&/g')"; }

# rabbit_password_hashing_sha256: base64 of the salt and of the SHA-256 of salt and password
hash() {
  local salt digest
  salt=$(head -c 4 /dev/urandom | od -An -tx1 | tr -d ' \n')
  digest=$({ printf '%s' "$salt" | unhex; cat "$1"; } | sha256sum | cut -d ' ' -f 1)
  printf '%s%s' "$salt" "$digest" | unhex | base64 -w 0
}

# Kept when it is there, so that a second start changes nothing. No newline: the bytes are the password.
password() {
  [ -s "$1" ] || (umask 077 && head -c 18 /dev/urandom | base64 -w 0 | tr '+/' '-_' >"$1.new" && mv "$1.new" "$1")
}

# By it the nodes of a cluster know each other; the broker's script hands it to them.
[ -z "${CLUSTER:-}" ] || password /volumes/broker/erlang.cookie

definitions=$(</etc/waybill/definitions.json)
for user in admin producer consumer; do
  case $user in
    admin) file=/volumes/broker/admin.password ;;
    *) file=/volumes/$user/spring.rabbitmq.password ;;
  esac
  password "$file"
  definitions=${definitions/"@$user@"/"$(hash "$file")"}
done
# The services run as users of their own, whichever: the volume is the boundary.
chmod 444 /volumes/producer/spring.rabbitmq.password /volumes/consumer/spring.rabbitmq.password
(umask 077 && printf '%s\n' "$definitions" >/volumes/broker/definitions.json.new)
chown rabbitmq: /volumes/broker/definitions.json.new
mv /volumes/broker/definitions.json.new /volumes/broker/definitions.json
