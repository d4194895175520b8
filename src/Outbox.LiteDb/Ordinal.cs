using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Outbox.LiteDb;

/// <summary>
/// Index keys in bytes, which LiteDB compares one by one. Its strings it compares by the file's collation, which by default takes 'a' for 'A'.
/// </summary>
internal static class Ordinal
{
    /// <summary>LiteDB's limit is 1023 bytes; a longer text is found by its hash.</summary>
    private const int Longest = 512;

    private const int NumberSize = sizeof(long);

    public static byte[] Of(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return utf8.Length <= Longest ? utf8 : SHA256.HashData(utf8);
    }

    /// <summary>Numbers, none of them negative, that sort by the first, then the second, and so on.</summary>
    public static byte[] Of(params ReadOnlySpan<long> numbers)
    {
        var key = new byte[numbers.Length * NumberSize];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(i * NumberSize), Math.Max(0, numbers[i]));
        }

        return key;
    }

    /// <summary>A key that sorts after all that begin with this one.</summary>
    public static byte[] After(byte[] prefix)
    {
        var key = new byte[prefix.Length + (6 * NumberSize)];
        prefix.CopyTo(key, 0);
        key.AsSpan(prefix.Length).Fill(0xFF);
        return key;
    }

    /// <summary>The number at a place of a key.</summary>
    public static long Number(byte[] key, int index) => BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(index * NumberSize));

    public static long Last(byte[] key) => Number(key, (key.Length / NumberSize) - 1);
}
