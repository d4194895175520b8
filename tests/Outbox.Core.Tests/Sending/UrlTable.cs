namespace Outbox.Tests.Sending;

/// <summary>
/// URLs and what the default options say of them. A row is the raw string (with \u escapes), an arrow, and the canonical form or
/// "refused".
/// </summary>
internal static class UrlTable
{
    private const string Rows =
        """
        # plain
        https://example.com => https://example.com/
        https://example.com/ => https://example.com/
        https://hooks.example.com/a/b?c=d => https://hooks.example.com/a/b?c=d
        https://example.com? => https://example.com/?
        https://example.com?a=b => https://example.com/?a=b
        https://example.com/a//b/ => https://example.com/a//b/
        https://a-b.c-d.example.com/x => https://a-b.c-d.example.com/x
        https://1and1.example/x => https://1and1.example/x
        https://a.b.c.d.e.f.g.example/ => https://a.b.c.d.e.f.g.example/
        https://3com.com/ => https://3com.com/
        https://example.museum/ => https://example.museum/
        https://hooks.slack.example/services/T000/B000/XXXX => https://hooks.slack.example/services/T000/B000/XXXX
        https://123.example.com/ => https://123.example.com/
        https://0x7f.example.com/ => https://0x7f.example.com/
        https://example.a1/ => https://example.a1/
        https://example.1a/ => https://example.1a/
        https://example.com/@user => https://example.com/@user
        https://example.com/?a=b@c => https://example.com/?a=b@c
        https://example.com/http://other/ => https://example.com/http://other/
        # normalised
        HTTPS://EXAMPLE.COM/Path => https://example.com/Path
        hTTpS://Example.Com:443/ => https://example.com/
        https://example.com:/x => https://example.com/x
        https://example.com:0443/x => https://example.com/x
        https://example.com./x => https://example.com/x
        https://example.com/a/../b => https://example.com/b
        https://example.com/a/./b => https://example.com/a/b
        https://example.com/%7Euser => https://example.com/~user
        https://example.com/%2e%2e/a => https://example.com/a
        https://example.com/a%2Fb => https://example.com/a%2Fb
        https://example.com/\u00fc => https://example.com/%C3%BC
        https://example.com/?q=\u6771\u4eac => https://example.com/?q=%E6%9D%B1%E4%BA%AC
        https://example.com/"<> => https://example.com/%22%3C%3E
        # names beyond ASCII become their xn-- form
        https://b\u00fccher.example/ => https://xn--bcher-kva.example/
        https://B\u00dcCHER.example/ => https://xn--bcher-kva.example/
        https://xn--bcher-kva.example/ => https://xn--bcher-kva.example/
        https://XN--BCHER-KVA.example/ => https://xn--bcher-kva.example/
        https://fa\u00df.example/ => https://xn--fa-hia.example/
        https://\u6771\u4eac.example/ => https://xn--1lqs71d.example/
        https://\u4f8b\u3048.\u30c6\u30b9\u30c8/ => https://xn--r8jz45g.xn--zckzah/
        https://\u043f\u0440\u0438\u043c\u0435\u0440.example/ => https://xn--e1afmkfd.example/
        https://example\u3002com/ => https://example.com/
        https://example\uff0ecom/ => https://example.com/
        https://example\uff61com/ => https://example.com/
        https://\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45.com/ => https://example.com/
        https://\uff25xample.com/ => https://example.com/
        # schemes
        http://example.com/ => refused
        ftp://example.com/ => refused
        ws://example.com/ => refused
        wss://example.com/ => refused
        file:///etc/passwd => refused
        gopher://example.com/ => refused
        javascript:alert(1) => refused
        data:text/plain,x => refused
        //example.com/ => refused
        /path => refused
        example.com => refused
        https => refused
        https: => refused
        https:/ => refused
        https:// => refused
        https:/// => refused
        https:///example.com/ => refused
        https:example.com => refused
        https:/example.com => refused
        httpss://example.com/ => refused
        https;//example.com/ => refused
        # controls, spaces, backslashes, broken Unicode
        \u0020https://example.com/ => refused
        https://example.com/\u0020 => refused
        https://example.com/a\u0020b => refused
        https://exam\u0020ple.com/ => refused
        https://example.com/\u0009 => refused
        https://exam\u0009ple.com/ => refused
        https://example.com/\u000a => refused
        https://example.com/\u000d\u000aX:1 => refused
        https://example.com/\u0000 => refused
        https://exam\u0000ple.com/ => refused
        https://example.com/\u007f => refused
        https://example.com/\u0085 => refused
        https://example.com/\u00a0 => refused
        https://example.com/\u2028 => refused
        https://example.com/\u3000 => refused
        https://example.com/\ud800 => refused
        https://example.com/\udc00x => refused
        https://example.com/\ufffd => refused
        https:\u005c\u005cexample.com/ => refused
        https://example.com\u005c@evil.example/ => refused
        https://example.com/a\u005cb => refused
        https://example.com?\u005c => refused
        # user names and fragments
        https://user@example.com/ => refused
        https://user:password@example.com/ => refused
        https://@example.com/ => refused
        https://:@example.com/ => refused
        https://example.com@127.0.0.1/ => refused
        https://example.com:443@evil.example/ => refused
        https://example.com# => refused
        https://example.com/#a => refused
        https://example.com/?a#b => refused
        https://example.com#@evil.example/ => refused
        # ports
        https://example.com:0/ => refused
        https://example.com:1/ => refused
        https://example.com:22/ => refused
        https://example.com:80/ => refused
        https://example.com:442/ => refused
        https://example.com:444/ => refused
        https://example.com:8443/ => refused
        https://example.com:65535/ => refused
        https://example.com:65536/ => refused
        https://example.com:65979/ => refused
        https://example.com:4294967739/ => refused
        https://example.com:-443/ => refused
        https://example.com:+443/ => refused
        https://example.com:443abc/ => refused
        https://example.com:443:443/ => refused
        https://example.com:\uff14\uff14\uff13/ => refused
        # hosts that are no names
        https://localhost/ => refused
        https://example/ => refused
        https://com./ => refused
        https://./ => refused
        https://../ => refused
        https://.example.com/ => refused
        https://example..com/ => refused
        https://example.com../ => refused
        https://-example.com/ => refused
        https://example-.com/ => refused
        https://example.-com/ => refused
        https://example.com-/ => refused
        https://exam_ple.com/ => refused
        https://_dmarc.example.com/ => refused
        https://exam!ple.com/ => refused
        https://exam$ple.com/ => refused
        https://exam*ple.com/ => refused
        https://*.example.com/ => refused
        https://exam,ple.com/ => refused
        https://exam;ple.com/ => refused
        https://exam'ple.com/ => refused
        https://exam(ple).com/ => refused
        https://exam~ple.com/ => refused
        https://exam%70le.com/ => refused
        https://%65xample.com/ => refused
        https://example.com%2f@evil.example/ => refused
        https://example.com%00.evil.example/ => refused
        https://127.0.0.1%2f.example.com/ => refused
        # names that end like a number
        https://example.1/ => refused
        https://example.123/ => refused
        https://example.0x7f/ => refused
        https://example.0x/ => refused
        https://example.0XAB/ => refused
        https://1.2.3.4.5/ => refused
        https://256.1.1.1/ => refused
        https://1.2.3.256/ => refused
        https://4294967296/ => refused
        https://99999999999999999999/ => refused
        # addresses in every spelling, public ones too
        https://8.8.8.8/ => refused
        https://127.0.0.1/ => refused
        https://127.0.0.1./ => refused
        https://10.0.0.1/ => refused
        https://169.254.169.254/ => refused
        https://127.1/ => refused
        https://127.0.1/ => refused
        https://0/ => refused
        https://0.0.0.0/ => refused
        https://2130706433/ => refused
        https://017700000001/ => refused
        https://0x7f000001/ => refused
        https://0X7F000001/ => refused
        https://0x7f.0.0.1/ => refused
        https://0x7f.1/ => refused
        https://0177.0.0.1/ => refused
        https://00000000177.0.0.1/ => refused
        https://0177.0x0.0.1/ => refused
        https://134744072/ => refused
        https://127\u30020\u30020\u30021/ => refused
        https://127\uff0e0\uff0e0\uff0e1/ => refused
        https://127\uff610\uff610\uff611/ => refused
        https://\uff11\uff12\uff17.0.0.1/ => refused
        https://\uff11\uff12\uff17\u3002\uff10\u3002\uff10\u3002\uff11/ => refused
        https://\uff10\uff58\uff17\uff46.1/ => refused
        https://\u2460\u2461\u2466.0.0.1/ => refused
        https://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/ => refused
        https://\ud835\udfcf\ud835\udfd0\ud835\udfd5.0.0.1/ => refused
        https://\u00b9\u00b2\u2077.0.0.1/ => refused
        https://\u0661\u0662\u0667.0.0.1/ => refused
        https://[::1]/ => refused
        https://[::]/ => refused
        https://[2606:4700:4700::1111]/ => refused
        https://[::ffff:127.0.0.1]/ => refused
        https://[fe80::1%25eth0]/ => refused
        https://[fe80::1%eth0]/ => refused
        https://[::1/ => refused
        https://[]/ => refused
        https://[v1.x]/ => refused
        https://::1/ => refused
        https://[::ffff:7f00:1]/ => refused
        https://[::127.0.0.1]/ => refused
        https://[64:ff9b::7f00:1]/ => refused
        https://127\u30020\u30020\u30021\u3002/ => refused
        https://0x7F.0x0.0x0.0x1./ => refused
        https://127.0.0.1:443./ => refused
        https://[example.com]/ => refused
        # disguises and names that System.Uri takes and later throws on
        https://\u00ad/ => refused
        https://\u00ad.\u00ad/ => refused
        https://exam\u00adple.com/ => refused
        https://exam\u200bple.com/ => refused
        https://exam\u200dple.com/ => refused
        https://exam\u200cple.com/ => refused
        https://xn--/ => refused
        https://example.com\u3002\u3002/ => refused
        https://\u2488example.com/ => refused
        https://example.com\uff05zz/ => refused
        https://exam\u2060ple.com/ => refused
        https://\ufeffexample.com/ => refused
        https://exam\u202eple.com/ => refused
        https://ex\u2100mple.com/ => refused
        https://evil.c\u2100.example.com/ => refused
        https://example.com\u2044evil.example/ => refused
        https://example.com\uff0fevil.example/ => refused
        https://example.com\uff20evil.example/ => refused
        https://example.com\uff03evil.example/ => refused
        https://example.com\uff1a8443/ => refused
        https://exam\u0301ple.com/ => refused
        https://\ud83d\ude00.example/ => refused
        https://\u2605.example/ => refused
        https://exam\u00d7ple.com/ => refused
        """;

    public static IEnumerable<(string Raw, string? Canonical)> All
        => from line in Rows.Split('\n')
           where !line.StartsWith('#')
           let parts = line.Split(" => ")
           select (Unescape(parts[0]), parts[1] is "refused" ? null : parts[1]);

    private static string Unescape(string raw) => System.Text.RegularExpressions.Regex.Replace(
        raw,
        @"\\u[0-9a-f]{4}",
        match => ((char)Convert.ToUInt16(match.Value[2..], 16)).ToString(),
        System.Text.RegularExpressions.RegexOptions.None,
        TimeSpan.FromSeconds(1));
}
