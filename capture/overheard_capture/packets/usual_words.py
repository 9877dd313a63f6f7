"""Words that ordinary software says about itself: makers, systems, machines, ports, what it answers, and policies.

Words of spelling alphabets, such as those of radio, are none of them.
"""

from __future__ import annotations

_MAKERS = """
    adtran alcatel amazon amd android apache apple arista arm aruba asus asustek atheros audio avahi avaya avm
    aws axis azure belkin broadcom brocade brother buffalo canon chromium cisco citrix compaq corporation coturn
    cumulus debian dell dlink draytek edgecore edgeos edgeswitch enterasys epson ericsson espressif extreme
    fedora force fortigate fortinet freebsd fritz fsf fujitsu gentoo gigaset gnu google grandstream harman
    hewlett hikvision hp hpe htc huawei hue ibm inc intel ios isc jetdirect juniper junos kindle kyocera lancom
    lenovo lexmark lg linksys linux llc ltd lucent mac macos marvell mediatek mellanox meraki microsoft mikrotik
    mitel motorola mozilla nec nest netapp netbsd netgear nintendo nokia nortel novell nvidia nxos ok oki
    openbsd opensuse openwrt oppo oracle packard palo panasonic philips pixel playstation polycom proxmox qnap
    qualcomm raspberry raspbian realtek redhat ricoh rocky roku routeros ruckus sagem samsung sharp shelly
    siemens signify sipura snom solaris sonos sony sun supermicro suse synology systems tasmota technicolor
    technologies thomson toshiba tp tplink ubiquiti ubnt ubuntu unifi vbox vizio vmware vodafone vyos windows
    xbox xerox xiaomi yamaha yealink zebra zte zyxel
"""
_SYSTEMS = """
    aarch alma almalinux alpine anaconda apm arch armhf armv authentic authenticamd bcm beta bionic bookworm
    boot bpo bsd build built bullet bullseye buster centos clang cloud darwin deb dev dhclient dhcp dhcpcd dhcpv
    dist docsis dynamic edition efi el enterprise esxi etch fc final focal fw gcc generic genuine genuineintel
    gmt gpxe hardware hat home httpclient hvm hw hyper hypervisor ia imx iot ipad ipconfig iphone ipod ipxe
    jammy jessie kernel kinetic kvm leap lenny lts lunar machine mips model module ms msft mt munt nas network
    networkd noble node os pae pc pi platform preempt pro professional pve pxe pxeclient qemu raspi rc red rel
    release rev revision rt rtos server service sid sle sles smp software sparc squeeze stable standard starfish
    stretch sw synthetic systemd tiny trixie tumbleweed udhcp udhcpc undi universal unix update utc v ver
    version virtual vm wheezy win workstation wsl x xen xenial zen
"""
_FAILURES = """
    alert alerts boringssl buffer by cc connect crypto data decode decrypt decryption during encode encrypted
    encryption endpoint exhausted extension extensions frame frames from function handshake header idle initial
    missing negotiation offered parse parameters peer peers process quic read receive routines send sending sent
    server shutdown shutting ssl sslerrorstack stack stream streams suite suites tls unable undecryptable verify
    violation write
"""
_MACHINES = """
    access air airplay airport ap appletv appliance audiodevice base basement bathroom bedroom book bridge
    broadband cam camera chrome chromecast color colorjet controller deskjet desktop device display dock echodot
    elitebook envy ethernet family fax firewall galaxy garage garden gateway guest hallway hub imac imagerunner
    inkjet inspiron ip ipp ix jet kitchen lan laptop laser laserjet latitude light living macbook macmini max
    mfc mini mobile modem monitor nexus note office officejet optiplex phone photosmart pixma player plus
    poweredge precision printer probook projector proliant rack receiver room router scanner screen series smart
    soundbar speaker stick storage studio surface switch system tablet television thermostat thinkcentre
    thinkpad tv ultra unit ups vigor vivobook voip watch wifi wireless wlan workcentre workforce xps zenbook
"""
_PORTS = """
    adapter aggregate bond br bundle channel connection console copper data default docker downlink dummy em en
    eno enp ens enx eth fa fast fastethernet fib fiber fortygige ge gi gig gigabit gigabitethernet he
    hundredgige ifname igb inband int interface ixgbe lacp lag link lo local loopback main management mgmt mgt
    native nic number onboard patch po port portchannel ports ppp primary secondary sfp slot stack swp tap te
    team ten tengigabitethernet tengige trunk tun twentyfivegige uplink upstream veth virbr virtio vlan vlanid
    vmnet vmnic voice vxlan wan wl wlp wlx wwan wwp xe xge
"""
_ANSWERS = """
    a abort aborted acquire active additional address addresses adjust administratively again all allocation
    already an and another answer any app are assigned association attempts auth authenticated authentication
    authoritative available bad been binding blocked bogus bound busy by bytes cache can cannot censored change
    changed checksum cipher client clients closed code com complete compression conflict correct could deleted
    denied detected did disabled disconnect disconnected dnskey dnssec does down ds duplicate ede end enough
    error exceed exceeded exchange excluded exist existing expected expired failed failure fatal filtered for
    forbidden forged found free from full global go going had has have host hosts id identification idle illegal
    in incorrect indeterminate information insufficient internal invalid ipv is kex key keys lease leases length
    limit limited list lists lost make many match matching maximum message method methods mismatch missing mode
    moved name needed negotiate net no none not nothing nsec of off offer offers old on one only operation or
    ours out outside over own packet parameter password path peer permitted policy pool prefix processing
    prohibited protocol provided quota range reached ready reason received recursive refused registered released
    remote renew reply request requested required reserved reset resolve response retry role rrsig same security
    seen session signature signed size spoofed stale state static status stopped success such support supported
    synthesized temporarily terminated that the their theirs there these this time timed timeout timer to too
    transaction transport try type unable unassigned unauthenticated unauthorized unavailable unexpected unique
    unknown unreachable unspecified unsupported unused up use used user using uuid valid value was when while
    will with within wrong yet you your zero zone
"""
_CODES = """
    aac aaplbsdpc adminurl aead aes afrinic ag airscan alac alg algo algorithm algorithms am api apnic
    application apr arin as asn at aug authority auto automatic bin binary bind bios bit bits bogus bool boolean
    bootaa bootia bootp bootx brw bs bv bye ca camellia captive cast cbc cd cdw cert certified cfg chacha
    chachapoly check ci classes cmd cn co company compiled conf config cookie copies copyright corp cp cpath cpu
    ctr curve cut dat date dec delegation des deviceid dh diffie disconnecting dm dn dns document domain dsa
    dslforum dss duplex duplexer dw eap ecc ecdh ecdsa ed elf ended english envelope escl etc etm ext extended
    external facebook false fdw features feb file flags fn format fqdn fre freedesktop fri gcm gex gmbh goodbye
    group grub grubx gss guess hass hellman hl hmac hostkey html http https ic icolor icon image images img
    index info init initrd insecure internet iso isoa jan jpeg js json jul jun kg kind kkpxe kpxe label lacnic
    lame ldap legal letter libssh lite liu loader location log low lpxelinux lysator mandatory mar may md mdl
    media mfg mime mlkem mon mopria nbp netboot networks nf nistp nov nsec ntp null nw nxdomain ob oct octet
    olden openssh org osxvers pac paper papercustom papermax pcl pcm pdf pdl photo php pk plain png poly portal
    postcard postscript pq preauth print printers priority prod product profile proxy pub public punch pv pwg
    pxelinux qtotal queue queues raster rdata reachable reg requires rfc rights rijndael ripemd ripencc rm rom
    root rp rpad rpba rpfl rphi rpmd rpvr rq rs rsa sa sat scan se sep serpent servfail setup sf sh sha shim
    shimx sk snponly sntrup sort source spoofed spotify srcvers ssh st stale staple stream strict syslinux tbcp
    tcp tech technical techsupport tftp thu tls transparent tripledes true tue twofish txt txtvers ty udp umac
    umd undionly universalk unsecure unsupported urf url usb ve venerable verification vers vv wed wpad ws www
    xml zlib
"""
_PROGRAMS = """
    apachesshd arcfour aurora asyncssh babeld bitvise blowfish bouncycastle cerberus chrony core cpc cyberduck dan
    dnsmasq dropbear eider ejabberd erlang eturnal filezilla freeice gerrit gitlab gorst flexvpn hpn ice icecast janus
    maria mariadb mysql native caching dialog gssapi plugin tidb ubu vitess
    java jitsi jsch jvm kamailio kitty knot libjingle libnice libreswan libsrtp libwebrtc lldpd marshal mediasoup mina
    mobatek mobaxterm mod named netconf nsd openldap openssl openswan racoon strongswan paramiko pion
    pjnath pjproject pjsip powerdns putty
    percona rds rebex renci resiprocate restund return returnserver rosssh russh rust sftp sftpgo snap
    agent forwarding permit pty sshclient sshd sshj
    sshlib sshnet stun stund stunserver stuntman tectia telepathy teraterm termius test trilead ttssh turn
    turnserver twisted unbound vandyke vector vovida webrtc weonlydo west winscp wolfssh zos
"""
_AUTHORITIES = """
    acceptance accepted accordance acknowledges agreement applicable assumes authorities authorized cacert cer
    certificate certificates certification conditions configuration constitutes cps crl crls crt customer dh
    distribution ecdsa ee evca generated global gov hereby incorp incorporated issued issuer issuing its ldap
    letsencrypt liab liability limits nonrepudiation ocsp organization ov parties party pki policies practice
    practices purposes qualified ref reliance relied rely relying repository respect revocation services sha
    signing ssl standard statement statements subca subscriber terms third trust trusted upon validation which
"""
_ALL = (_MAKERS, _SYSTEMS, _FAILURES, _MACHINES, _PORTS, _ANSWERS, _CODES, _PROGRAMS, _AUTHORITIES)
WORDS = frozenset(" ".join(_ALL).split())
# Words that hold a sentence together, and that few names of hosts have.
_CONNECTIVES = """
    about after all also am and any are at because been before below but can did do does for from had has have he her
    here him his how if in into is it its me my no not of on or our please she so than that the their them then there
    these they this those to until was we were what when where which who will with would you your
"""
OF_SENTENCES = frozenset(_CONNECTIVES.split())
