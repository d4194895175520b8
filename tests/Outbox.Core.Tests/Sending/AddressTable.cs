namespace Outbox.Tests.Sending;

/// <summary>Addresses and what the default options say of them: both ends of each range, the neighbours, and disguises.</summary>
internal static class AddressTable
{
    private const string Rows =
        """
        # 0.0.0.0/8: this network
        refused 0.0.0.0 0.127.255.255 0.255.255.255
        allowed 1.0.0.0
        # 10.0.0.0/8: private
        refused 10.0.0.0 10.127.255.255 10.255.255.255
        allowed 9.255.255.255 11.0.0.0
        # 100.64.0.0/10: shared
        refused 100.64.0.0 100.95.255.255 100.127.255.255
        allowed 100.63.255.255 100.128.0.0
        # 127.0.0.0/8: loopback
        refused 127.0.0.0 127.127.255.255 127.255.255.255
        allowed 126.255.255.255 128.0.0.0
        # 169.254.0.0/16: link-local
        refused 169.254.0.0 169.254.127.255 169.254.255.255
        allowed 169.253.255.255 169.255.0.0
        # 172.16.0.0/12: private
        refused 172.16.0.0 172.23.255.255 172.31.255.255
        allowed 172.15.255.255 172.32.0.0
        # 192.0.0.0/24: protocol assignments
        refused 192.0.0.0 192.0.0.127 192.0.0.255
        allowed 191.255.255.255 192.0.1.0
        # 192.0.2.0/24: documentation
        refused 192.0.2.0 192.0.2.127 192.0.2.255
        allowed 192.0.1.255 192.0.3.0
        # 192.31.196.0/24: AS112
        refused 192.31.196.0 192.31.196.127 192.31.196.255
        allowed 192.31.195.255 192.31.197.0
        # 192.52.193.0/24: AMT
        refused 192.52.193.0 192.52.193.127 192.52.193.255
        allowed 192.52.192.255 192.52.194.0
        # 192.88.99.0/24: 6to4 relays
        refused 192.88.99.0 192.88.99.127 192.88.99.255
        allowed 192.88.98.255 192.88.100.0
        # 192.168.0.0/16: private
        refused 192.168.0.0 192.168.127.255 192.168.255.255
        allowed 192.167.255.255 192.169.0.0
        # 192.175.48.0/24: AS112
        refused 192.175.48.0 192.175.48.127 192.175.48.255
        allowed 192.175.47.255 192.175.49.0
        # 198.18.0.0/15: benchmarks
        refused 198.18.0.0 198.18.255.255 198.19.255.255
        allowed 198.17.255.255 198.20.0.0
        # 198.51.100.0/24: documentation
        refused 198.51.100.0 198.51.100.127 198.51.100.255
        allowed 198.51.99.255 198.51.101.0
        # 203.0.113.0/24: documentation
        refused 203.0.113.0 203.0.113.127 203.0.113.255
        allowed 203.0.112.255 203.0.114.0
        # 224.0.0.0/4: multicast
        refused 224.0.0.0 231.255.255.255 239.255.255.255 240.0.0.0
        allowed 223.255.255.255
        # 240.0.0.0/4: reserved
        refused 239.255.255.255 240.0.0.0 247.255.255.255 255.255.255.255
        # 168.63.129.16/32: Azure's host agent
        refused 168.63.129.16
        allowed 168.63.129.15 168.63.129.17
        # public resolvers, clouds and customers' hosts
        allowed 1.0.0.1 1.1.1.1 8.8.4.4 8.8.8.8 9.9.9.9 13.107.42.14 20.42.65.92 34.117.59.81 52.94.236.248 93.184.216.34
        allowed 104.16.132.229 140.82.112.3 151.101.1.69 185.199.108.153 199.232.1.1 208.67.222.222 216.58.214.14
        allowed 223.255.255.254 100.63.255.254 100.128.0.1 172.15.0.1 172.32.0.1 169.253.1.1 169.255.1.1 192.167.1.1 192.169.1.1
        # cloud metadata and other services next door
        refused 169.254.169.254 169.254.170.2 169.254.169.253 100.100.100.200 192.0.0.192 192.0.0.8 192.0.0.170 255.255.255.255
        refused 239.255.255.250 224.0.0.251 127.0.0.53 127.1.1.1 172.17.0.1 172.31.255.254 10.96.0.1 10.0.2.2 192.168.65.2
        refused 192.168.122.1 198.18.0.1 198.19.255.254
        # 2000::/3
        refused 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 4000::
        allowed 2000:: 3000::3038 3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        # 2001::/23
        refused 2001:: 2001:100::3038 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff
        allowed 2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2001:200::
        # 2001:db8::/32
        refused 2001:db8:: 2001:db8:8000::3038 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
        allowed 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::
        # 2002::/16
        refused 2002:: 2002:8000::3038 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
        allowed 2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2003::
        # 2620:4f:8000::/48
        refused 2620:4f:8000:: 2620:4f:8000:8000::3038 2620:4f:8000:ffff:ffff:ffff:ffff:ffff
        allowed 2620:4f:7fff:ffff:ffff:ffff:ffff:ffff 2620:4f:8001::
        # 3fff::/20
        refused 3fff:: 3fff:800::3038 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff
        allowed 3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:1000::
        # IPv6 outside global unicast
        refused :: ::1 ::2 ::ffff 100::1 100:0:0:1::1 64:ff9b::1 fc00:: fc00::1 fd00::1 fd00:ec2::254 fd12:3456:789a::1
        refused fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fe80:: fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 feff::1 ff00:: ff02::1
        refused ff02::2 ff05::1:3 ff0e::1 ffff::1 4000:: 5f00::1 8000:: e000::1 fbff::1 1fff::1 200::1 400::1 800::1
        # IPv6 of the public internet
        allowed 2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001 2620:fe::fe 2620:fe::9
        allowed 2a00:1450:4001:82b::200e 2a03:2880:f12f:83:face:b00c:0:25de 2600:1f18::1 2603:1030::1 2400:cb00:2048:1::6814:155
        allowed 2001:200::1 2001:67c:2e8:22::c100:68b 2620:4f:7fff::1 2620:4f:8001::1 2003::1 3000::1 3ffe::1 3fff:1000::1
        allowed 2001:db7::1 2001:db9::1
        # IPv4-mapped: judged as the IPv4 address
        refused ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:192.168.1.1 ::ffff:172.16.0.1 ::ffff:100.64.0.1
        refused ::ffff:0.0.0.0 ::ffff:224.0.0.1 ::ffff:255.255.255.255 ::ffff:168.63.129.16
        allowed ::ffff:8.8.8.8 ::ffff:1.1.1.1 ::ffff:9.255.255.255 ::ffff:11.0.0.0
        # IPv4-compatible, -translated, NAT64: outside global unicast whatever they hold
        refused ::127.0.0.1 ::10.0.0.1 ::8.8.8.8 ::ffff:0:127.0.0.1 ::ffff:0:10.0.0.1 ::ffff:0:8.8.8.8 64:ff9b::127.0.0.1
        refused 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b::8.8.8.8 64:ff9b:1::10.0.0.1 64:ff9b:1:a00:0:100::
        refused 64:ff9b:1::8.8.8.8 64:ff9b:2::1
        # 6to4 and Teredo
        refused 2002:7f00:1::1 2002:a00:1::1 2002:a9fe:a9fe::1 2002:808:808::1 2001:0:4136:e378:8000:63bf:3fff:fdd2
        refused 2001:0:a00:1::80ff:fffe 2001:0:808:808::f7f7:f7f7 2001::1 2001:1::1 2001:20::1 2001:1ff:ffff:ffff::1
        # ISATAP in public prefixes: the IPv4 address counts
        refused 2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:10.0.0.1 2606:4700::5efe:127.0.0.1
        refused 2606:4700::200:5efe:169.254.169.254 2606:4700::5efe:192.168.0.1
        allowed 2606:4700::200:5efe:8.8.8.8 2606:4700::5efe:8.8.8.8 2606:4700::100:5efe:10.0.0.1 2606:4700::5eff:10.0.0.1
        allowed 2606:4700::300:5efe:10.0.0.1
        # IPv4-mapped: both ends of each range and their neighbours, written in hexadecimal
        refused ::ffff:0:0 ::ffff:ff:ffff ::ffff:a00:0 ::ffff:aff:ffff ::ffff:6440:0 ::ffff:647f:ffff ::ffff:7f00:0
        refused ::ffff:7fff:ffff ::ffff:a9fe:0 ::ffff:a9fe:ffff ::ffff:ac10:0 ::ffff:ac1f:ffff ::ffff:c000:0 ::ffff:c000:ff
        refused ::ffff:c000:200 ::ffff:c000:2ff ::ffff:c01f:c400 ::ffff:c01f:c4ff ::ffff:c034:c100 ::ffff:c034:c1ff
        refused ::ffff:c058:6300 ::ffff:c058:63ff ::ffff:c0a8:0 ::ffff:c0a8:ffff ::ffff:c0af:3000 ::ffff:c0af:30ff ::ffff:c612:0
        refused ::ffff:c613:ffff ::ffff:c633:6400 ::ffff:c633:64ff ::ffff:cb00:7100 ::ffff:cb00:71ff ::ffff:e000:0
        refused ::ffff:efff:ffff ::ffff:f000:0 ::ffff:ffff:ffff
        allowed ::ffff:100:0 ::ffff:9ff:ffff ::ffff:b00:0 ::ffff:643f:ffff ::ffff:6480:0 ::ffff:7eff:ffff ::ffff:8000:0
        allowed ::ffff:a9fd:ffff ::ffff:a9ff:0 ::ffff:ac0f:ffff ::ffff:ac20:0 ::ffff:bfff:ffff ::ffff:c000:100 ::ffff:c000:1ff
        allowed ::ffff:c000:300 ::ffff:c01f:c3ff ::ffff:c01f:c500 ::ffff:c034:c0ff ::ffff:c034:c200 ::ffff:c058:62ff
        allowed ::ffff:c058:6400 ::ffff:c0a7:ffff ::ffff:c0a9:0 ::ffff:c0af:2fff ::ffff:c0af:3100 ::ffff:c611:ffff ::ffff:c614:0
        allowed ::ffff:c633:63ff ::ffff:c633:6500 ::ffff:cb00:70ff ::ffff:cb00:7200 ::ffff:dfff:ffff
        """;

    public static IEnumerable<(string Address, bool Allowed)> All
        => from line in Rows.Split('\n')
           where !line.StartsWith('#')
           let words = line.Split(' ')
           from address in words.Skip(1)
           select (address, words[0] is "allowed");
}
