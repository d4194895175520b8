using System.Buffers;
using System.Text;

namespace Outbox.Json;

/// <summary>
/// The path to an offset in JSON, found by reading from the start. Only errors need it, so nothing keeps it up to date on the way;
/// everything before the offset has been read once and is well formed.
/// </summary>
internal static class JsonPath
{
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"u8);

    public static string At(ReadOnlySpan<byte> json, int offset, string root)
    {
        var open = new List<Step>();
        for (var i = 0; i < offset; i++)
        {
            switch (json[i])
            {
                case (byte)'{':
                    open.Add(new Step(IsArray: false, Index: 0, Key: default));
                    break;
                case (byte)'[':
                    open.Add(new Step(IsArray: true, Index: 0, Key: default));
                    break;
                case (byte)'}' or (byte)']' when open.Count > 0:
                    open.RemoveAt(open.Count - 1);
                    break;
                case (byte)',' when open.Count > 0:
                    open[^1] = open[^1] with { Index = open[^1].Index + 1, Key = default };
                    break;
                case (byte)'"':
                    var end = EndOfString(json[..offset], i);
                    if (open.Count > 0 && open[^1] is { IsArray: false, Key: null } && end <= offset)
                    {
                        open[^1] = open[^1] with { Key = (i + 1)..(end - 1) };
                    }

                    i = end - 1;
                    break;
            }
        }

        return Print(json, open, root);
    }

    private static string Print(ReadOnlySpan<byte> json, List<Step> open, string root)
    {
        var path = new StringBuilder(root);
        foreach (var step in open)
        {
            if (step.IsArray)
            {
                path.Append('[').Append(step.Index).Append(']');
            }
            else if (step.Key is { } range)
            {
                var key = json[range];
                var isName = !key.IsEmpty && !key.ContainsAnyExcept(NameBytes);
                path.Append(isName ? $".{JsonExcerpt.Of(key)}" : $"[\"{JsonExcerpt.Of(key)}\"]");
            }
        }

        return path.ToString();
    }

    /// <summary>Just after the closing quote; past the end when there is none.</summary>
    private static int EndOfString(ReadOnlySpan<byte> json, int openingQuote)
    {
        for (var i = openingQuote + 1; i < json.Length; i++)
        {
            if (json[i] == (byte)'"')
            {
                return i + 1;
            }

            if (json[i] == (byte)'\\')
            {
                i++;
            }
        }

        return json.Length + 1;
    }

    private readonly record struct Step(bool IsArray, int Index, Range? Key);
}
