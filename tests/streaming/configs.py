"""What the servers of the tests are configured with."""

from pathlib import Path

INFLUXD = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
  logging-enabled = false
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
{guard}[logging]
  level = "error"
"""

_NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_max_body_size 25m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Authorization "{authorization}";
{maps}
  server {{
    listen 127.0.0.1:{listen};
{locations}
  }}
}}
"""
_MAPS_OF_1 = r"""
  map $arg_bucket $db { "~^(?<d>[^%/]+)" $d; }
  map $arg_bucket $rp { default ""; "~(%2F|/)(?<r>.+)$" $r; }
  map $http_authorization $who { default ""; "~^Token (?<u>[^:]+):(?<p>.+)$" "&u=$u&p=$p"; }
"""
_LOCATIONS_OF_1 = """
    location = /api/v2/write {
      rewrite ^ /write?db=$db&rp=$rp&precision=ns$who? break;
      proxy_pass http://127.0.0.1:INFLUXD;
    }
    location / {
      set $args $args$who;
      proxy_pass http://127.0.0.1:INFLUXD;
    }
"""
_MAPS_OF_2 = """
  map $args $named { default $args; "~^(?<a>.*)org=-(?<b>.*)$" "${a}org=ORG$b"; }
"""
_LOCATIONS_OF_2 = """
    location / {
      set $args $named;
      proxy_pass http://127.0.0.1:INFLUXD;
    }
"""


def nginx_of_1(folder: Path, listen: str, influxd: int) -> str:
    """Return nginx before InfluxDB 1.6: it does what 1.8 and later do themselves, and decodes no arguments.

    /api/v2/write?bucket=db/rp is /write?db=db&rp=rp, and a token is user and password.
    """
    locations = _LOCATIONS_OF_1.replace("INFLUXD", str(influxd))
    return _NGINX.format(folder=folder, listen=listen, authorization="", maps=_MAPS_OF_1, locations=locations)


def nginx_of_2(folder: Path, listen: str, influxd: int, token: str, org: str) -> str:
    """Return nginx before InfluxDB 2: it sets the token, and the organisation where none is named."""
    maps, locations = _MAPS_OF_2.replace("ORG", org), _LOCATIONS_OF_2.replace("INFLUXD", str(influxd))
    return _NGINX.format(folder=folder, listen=listen, authorization=f"Token {token}", maps=maps, locations=locations)
