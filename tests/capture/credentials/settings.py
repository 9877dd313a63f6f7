"""Settings of the real servers: no more than they need to let somebody log in."""

DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/null
protocols = imap
ssl = no
listen = 127.0.0.1
auth_mechanisms = plain cram-md5 digest-md5 scram-sha-1 scram-sha-256
default_internal_user = nobody
default_login_user = nobody
default_internal_group = nogroup
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={word}
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={folder}/home
}}
mail_location = maildir:{folder}/home
"""

KRB5 = "[libdefaults]\ndefault_realm = OAK\nrdns = false\n[realms]\nOAK = {{\nkdc = 127.0.0.1:{port}\n}}\n"

KDC = """
[kdcdefaults]
kdc_listen = 127.0.0.1:{port}
kdc_tcp_listen = 127.0.0.1:{port}
[realms]
OAK = {{
  database_name = {folder}/principals
  key_stash_file = {folder}/stash
  acl_file = {folder}/acl
}}
"""

RADIUS = """
raddbdir = {folder}
logdir = {folder}
run_dir = {folder}
libdir = /usr/lib/freeradius
log {{
  destination = stdout
}}
security {{
  allow_vulnerable_openssl = yes
}}
client lo {{
  ipaddr = 127.0.0.1
  secret = oaksecret
}}
modules {{
  pap {{
  }}
  chap {{
  }}
}}
server default {{
  listen {{
    type = auth
    ipaddr = 127.0.0.1
    port = {port}
  }}
  authorize {{
    update control {{
      Cleartext-Password := "{word}"
    }}
    chap
    pap
  }}
  authenticate {{
    Auth-Type PAP {{
      pap
    }}
    Auth-Type CHAP {{
      chap
    }}
  }}
}}
"""
