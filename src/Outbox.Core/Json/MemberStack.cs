using System.Buffers;

namespace Outbox.Json;

/// <summary>
/// The properties of the objects that are open, innermost last. When an object ends, its own are checked for duplicates, put in
/// ECMAScript's order where they are not, and dropped.
/// </summary>
internal struct MemberStack : IDisposable
{
    // Up to here comparing each with each is faster than sorting.
    private const int FewMembers = 64;

    private CanonicalMember[] _members;

    public MemberStack()
    {
        _members = ArrayPool<CanonicalMember>.Shared.Rent(32);
    }

    public int Count { get; private set; }

    public void Push(CanonicalMember member)
    {
        MakeRoom(1);
        _members[Count++] = member;
    }

    /// <summary>Two equal keys among those from <paramref name="first"/> on: the later one, or null.</summary>
    public CanonicalMember? FindDuplicate(int first, byte[] bytes) =>
        Count - first <= FewMembers ? FindAmongFew(first, bytes) : FindAmongMany(first, bytes);

    /// <summary>Drops the members from <paramref name="first"/> on, having put their bytes in order.</summary>
    public void Close(int first, byte[] bytes)
    {
        var members = _members.AsSpan(first, Count - first);
        for (var i = 1; i < members.Length; i++)
        {
            if (members[i].Order < members[i - 1].Order)
            {
                Reorder(members, bytes);
                break;
            }
        }

        Count = first;
    }

    public void Dispose()
    {
        ArrayPool<CanonicalMember>.Shared.Return(_members);
        _members = [];
    }

    private readonly CanonicalMember? FindAmongFew(int first, byte[] bytes)
    {
        var members = _members.AsSpan(first, Count - first);
        for (var later = 1; later < members.Length; later++)
        {
            var key = members[later].Key(bytes);
            foreach (var earlier in members[..later])
            {
                if (earlier.KeyEnd - earlier.Start == key.Length && key.SequenceEqual(earlier.Key(bytes)))
                {
                    return members[later];
                }
            }
        }

        return null;
    }

    // Sorting, not hashing: no choice of keys makes it slow.
    private CanonicalMember? FindAmongMany(int first, byte[] bytes)
    {
        var count = Count - first;
        MakeRoom(count);
        var sorted = _members.AsSpan(Count, count);
        _members.AsSpan(first, count).CopyTo(sorted);
        sorted.Sort(new CanonicalMember.ByKey(bytes));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Key(bytes).SequenceEqual(sorted[i - 1].Key(bytes)))
            {
                return sorted[i];
            }
        }

        return null;
    }

    /// <summary>In any order the members and the commas between them fill the same bytes, so they can be rewritten in place.</summary>
    private static void Reorder(Span<CanonicalMember> members, byte[] bytes)
    {
        var start = members[0].Start;
        var length = members[^1].End - start;
        var scratch = ArrayPool<byte>.Shared.Rent(length);
        bytes.AsSpan(start, length).CopyTo(scratch);
        members.Sort(CanonicalMember.ByOrder);

        var position = start;
        foreach (var member in members)
        {
            if (position > start)
            {
                bytes[position++] = (byte)',';
            }

            var memberBytes = scratch.AsSpan(member.Start - start, member.End - member.Start);
            memberBytes.CopyTo(bytes.AsSpan(position));
            position += memberBytes.Length;
        }

        ArrayPool<byte>.Shared.Return(scratch);
    }

    private void MakeRoom(int count)
    {
        if (Count + count <= _members.Length)
        {
            return;
        }

        var larger = ArrayPool<CanonicalMember>.Shared.Rent(Math.Max(_members.Length * 2, Count + count));
        _members.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<CanonicalMember>.Shared.Return(_members);
        _members = larger;
    }
}
