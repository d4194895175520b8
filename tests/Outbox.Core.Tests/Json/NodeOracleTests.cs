using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Outbox.Json;

namespace Outbox.Tests.Json;

/// <summary>Node.js has the last word: what it prints is what receivers verify.</summary>
public class NodeOracleTests
{
    private const string Stringify = "line => JSON.stringify(JSON.parse(Buffer.from(line, 'base64').toString()))";

    [NodeFact]
    public async Task A_hundred_thousand_documents_print_as_JavaScript_prints_them()
    {
        var random = new NastyJson(seed: 20_250_101);
        var documents = Enumerable.Range(0, 100_000).Select(_ => Encoding.UTF8.GetBytes(random.Object())).ToList();

        var expected = await NodeProcess.AskAsync(Stringify, documents.Select(Convert.ToBase64String));

        AssertSame(expected, documents.ConvertAll(document => CanonicalJson.Canonicalize(document, Canonical.Options)), documents);
    }

    [NodeFact]
    public async Task Objects_with_hundreds_of_keys_print_as_JavaScript_prints_them()
    {
        var random = new NastyJson(seed: 7);
        var documents = Enumerable.Range(0, 200)
            .Select(size => Encoding.UTF8.GetBytes(random.Spell(random.Members(size * 2, depth: 1)))).ToList();

        var expected = await NodeProcess.AskAsync(Stringify, documents.Select(Convert.ToBase64String));

        AssertSame(expected, documents.ConvertAll(document => CanonicalJson.Canonicalize(document, Canonical.Options)), documents);
    }

    [NodeFact]
    public async Task A_merge_is_what_JavaScript_makes_of_a_spread()
    {
        const string spread = """
            line => {
                const [object, patch] = line.split(' ').map(part => JSON.parse(Buffer.from(part, 'base64').toString()));
                return JSON.stringify({ ...object, ...patch });
            }
            """;
        var random = new NastyJson(seed: 11);
        var pairs = Enumerable.Range(0, 10_000).Select(_ =>
        {
            var members = random.Members(random.Below(8), depth: 2);
            var patch = random.Members(random.Below(8), depth: 2, others: members);
            return (Object: Encoding.UTF8.GetBytes(random.Spell(members)), Patch: Encoding.UTF8.GetBytes(random.Spell(patch)));
        }).ToList();

        var expected = await NodeProcess.AskAsync(
            spread, pairs.Select(pair => $"{Convert.ToBase64String(pair.Object)} {Convert.ToBase64String(pair.Patch)}"));

        var merged = pairs.ConvertAll(pair => CanonicalJson.Merge(
            CanonicalJson.Canonicalize(pair.Object, Canonical.Options),
            CanonicalJson.Canonicalize(pair.Patch, Canonical.Options),
            Canonical.Options));
        AssertSame(expected, merged, pairs.ConvertAll(pair => (byte[])[.. pair.Object, .. pair.Patch]));
    }

    [NodeFact]
    public async Task Doubles_print_as_JavaScript_prints_them()
    {
        var random = new NastyJson(seed: 3);
        var doubles = Enumerable.Range(0, 200_000).Select(_ => random.FiniteDouble()).Concat(PowersAndTheirNeighbours()).ToList();

        var expected = await NodeProcess.AskAsync(
            "line => String(Buffer.from(line, 'base64').readDoubleBE())",
            doubles.Select(value => Convert.ToBase64String(BigEndian(value))));

        var buffer = new byte[CanonicalNumber.MaxLength];
        var printed = doubles.ConvertAll(value => buffer[..CanonicalNumber.Format(value, buffer)]);
        var digits = doubles.ConvertAll(value => Encoding.UTF8.GetBytes(value.ToString("E25", CultureInfo.InvariantCulture)));
        AssertSame(expected, printed, digits);
    }

    [NodeFact]
    public async Task Literals_halfway_between_two_doubles_round_as_in_JavaScript()
    {
        var random = new NastyJson(seed: 5);
        string[] exponents = ["0", "-1", "5", "-20", "-310"];
        var literals = Enumerable.Range(0, 2_000)
            .SelectMany(_ => AroundHalfway(random.FiniteDouble()))
            .Concat(exponents.Select(exponent => $"0.{new string('0', 1500)}1e{1501 + int.Parse(exponent, CultureInfo.InvariantCulture)}"))
            .Concat(exponents.Select(exponent => $"1{new string('0', 1500)}e{-1500 + int.Parse(exponent, CultureInfo.InvariantCulture)}"))
            .Concat(["1e-99999999999999999999", "0e99999999999999999999", "-0.0e-99999999999", "0.1e00000000000000000000000001"])
            .Select(literal => Encoding.UTF8.GetBytes($"{{\"n\":{literal}}}"))
            .ToList();

        var expected = await NodeProcess.AskAsync(Stringify, literals.Select(Convert.ToBase64String));

        AssertSame(expected, literals.ConvertAll(literal => CanonicalJson.Canonicalize(literal, Canonical.Options)), literals);
    }

    [NodeFact]
    public async Task Damaged_documents_are_refused_or_print_as_JavaScript_prints_them()
    {
        const string stringifyOrNothing = """
            line => {
                const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
                try { return JSON.stringify(JSON.parse(strict.decode(Buffer.from(line, 'base64')))); }
                catch { return ''; }
            }
            """;
        var random = new NastyJson(seed: 13);
        var documents = Enumerable.Range(0, 50_000).Select(_ => Damage(Encoding.UTF8.GetBytes(random.Object()), random)).ToList();

        var expected = await NodeProcess.AskAsync(stringifyOrNothing, documents.Select(Convert.ToBase64String));

        var accepted = Enumerable.Range(0, documents.Count).Where(i => Accepts(documents[i])).ToList();
        Assert.InRange(accepted.Count, 1_000, 40_000);
        AssertSame(
            accepted.ConvertAll(i => expected[i]),
            accepted.ConvertAll(i => CanonicalJson.Canonicalize(documents[i], Canonical.Options)),
            accepted.ConvertAll(i => documents[i]));
    }

    private static byte[] Damage(byte[] json, NastyJson random)
    {
        var at = random.Below(json.Length);
        var splinter = "{}[]\",:\\ue0-.+/ \u00e9\ufeff\0"u8;
        var other = random.Below(2) == 0 ? splinter[random.Below(splinter.Length)] : json[random.Below(json.Length)];
        return random.Below(4) switch
        {
            0 => json[..at],
            1 => [.. json[..at], .. json[(at + 1)..]],
            2 => [.. json[..at], other, .. json[at..]],
            _ => [.. json[..at], other, .. json[(at + 1)..]],
        };
    }

    private static bool Accepts(byte[] json)
    {
        try
        {
            CanonicalJson.Canonicalize(json, Canonical.Options);
            return true;
        }
        catch (WebhookValidationException refusal)
        {
            Assert.StartsWith($"{refusal.Field}: ", refusal.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static void AssertSame(List<byte[]> expected, List<byte[]> actual, List<byte[]> inputs)
    {
        Assert.Equal(inputs.Count, expected.Count);
        var different = Enumerable.Range(0, inputs.Count).FirstOrDefault(i => !expected[i].AsSpan().SequenceEqual(actual[i]), -1);
        Assert.True(
            different < 0,
            different < 0 ? "" : $"""
                Of: {Encoding.UTF8.GetString(inputs[different])}
                JavaScript: {Encoding.UTF8.GetString(expected[different])}
                Outbox:     {Encoding.UTF8.GetString(actual[different])}
                """);
    }

    private static byte[] BigEndian(double value)
    {
        var bytes = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return bytes;
    }

    private static IEnumerable<double> PowersAndTheirNeighbours()
    {
        var twos = Enumerable.Range(-1074, 2098).Select(exponent => Math.ScaleB(1, exponent));
        var tens = Enumerable.Range(-323, 632).Select(exponent => double.Parse($"1e{exponent}", CultureInfo.InvariantCulture));
        return twos.Concat(tens)
            .SelectMany(power => new[] { power, -power, Math.BitIncrement(power), Math.BitDecrement(power) })
            .Concat([0, -0.0, double.MaxValue, double.MinValue]);
    }

    /// <summary>The exact decimal halfway to the next double, and a hair to either side of it: literals with hundreds of digits.</summary>
    private static IEnumerable<string> AroundHalfway(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var biased = (int)(bits >> 52);
        if (biased >= 2046)
        {
            yield break;
        }

        var mantissa = (bits & ((1L << 52) - 1)) | (biased == 0 ? 0 : 1L << 52);
        var halfway = new BigInteger((mantissa * 2) + 1);
        var exponent = Math.Max(biased, 1) - 1076;
        var digits = exponent < 0 ? halfway * BigInteger.Pow(5, -exponent) : halfway * BigInteger.Pow(2, exponent);
        var scale = Math.Min(exponent, 0);
        yield return $"{digits}e{scale}";
        yield return $"{digits}1e{scale - 1}";
        yield return $"{digits - 1}9e{scale - 1}";
    }
}
