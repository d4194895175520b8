namespace Outbox.Json;

/// <summary>Two canonical objects made one: as <c>{...object, ...patch}</c> in JavaScript.</summary>
internal static class CanonicalMerge
{
    public static byte[] Run(ReadOnlySpan<byte> canonicalObject, ReadOnlySpan<byte> canonicalPatch, CanonicalJsonOptions options)
    {
        // Side by side in one array, so that each property's place tells which of the two it comes from.
        byte[] both = [.. canonicalObject, .. canonicalPatch];
        var members = new List<CanonicalMember>();
        Read(canonicalObject, 0, members);
        Read(canonicalPatch, canonicalObject.Length, members);

        Replace(members, both);
        members.Sort(CanonicalMember.ByOrder);

        using var output = new OutputBuffer(both.Length);
        output.Append((byte)'{');
        foreach (var member in members)
        {
            if (output.Length > 1)
            {
                output.Append((byte)',');
            }

            output.Append(both.AsSpan(member.Start..member.KeyEnd));
            output.Append((byte)':');
            output.Append(both.AsSpan(member.Source..member.End));
        }

        output.Append((byte)'}');
        CanonicalRefusal.ThrowIfTooLarge(output.Length, options.MaxBytes, "data");
        return output.Written.ToArray();
    }

    private static void Read(ReadOnlySpan<byte> canonicalObject, int offset, List<CanonicalMember> members)
    {
        var reader = new CanonicalObjectReader(canonicalObject);
        while (reader.TryRead(out var member))
        {
            members.Add(member with
            {
                Start = member.Start + offset,
                KeyEnd = member.KeyEnd + offset,
                End = member.End + offset,
                Source = member.Source + offset,
            });
        }
    }

    /// <summary>Of two members with one key, the first keeps its place and takes the second's value.</summary>
    private static void Replace(List<CanonicalMember> members, byte[] both)
    {
        members.Sort(new CanonicalMember.ByKey(both));
        var kept = 0;
        for (var i = 0; i < members.Count; i++)
        {
            if (kept > 0 && members[kept - 1].Key(both).SequenceEqual(members[i].Key(both)))
            {
                members[kept - 1] = members[kept - 1] with { Source = members[i].Source, End = members[i].End };
            }
            else
            {
                members[kept++] = members[i];
            }
        }

        members.RemoveRange(kept, members.Count - kept);
    }
}
