using FsCheck;
using FsCheck.Fluent;

namespace Outbox.Tests.Json;

public class CanonicalPropertyTests
{
    [Fact]
    public void Canonical_JSON_is_its_own_canonical_form()
    {
        Holds(random =>
        {
            var canonical = Canonical.Of(random.Object());

            Assert.Equal(canonical, Canonical.Of(canonical));
        });
    }

    [Fact]
    public void Except_that_a_double_which_prints_as_a_large_integer_is_refused_when_it_comes_back()
    {
        var canonical = Canonical.Of("""{"n":1e20}""");

        Assert.Equal("""{"n":100000000000000000000}""", canonical);
        Assert.Equal("data.n", Canonical.Refusal(canonical).Field);
    }

    [Fact]
    public void A_merge_is_the_naive_merge()
    {
        Holds(random =>
        {
            var (members, patch) = TwoObjects(random);

            var merged = Canonical.Merge(Print(random, members), Print(random, patch));

            Assert.Equal(Print(random, Naive(members, patch)), merged);
        });
    }

    [Fact]
    public void Merging_an_object_with_itself_or_with_nothing_changes_nothing()
    {
        Holds(random =>
        {
            var canonical = Canonical.Of(random.Object());

            Assert.Equal(canonical, Canonical.Merge(canonical, canonical));
            Assert.Equal(canonical, Canonical.Merge(canonical, "{}"));
            Assert.Equal(canonical, Canonical.Merge("{}", canonical));
        });
    }

    [Fact]
    public void Merging_twice_is_merging_the_patches_first()
    {
        Holds(random =>
        {
            var (first, second) = TwoObjects(random);
            var third = random.Members(random.Below(6), depth: 1, others: second);
            var (a, b, c) = (Print(random, first), Print(random, second), Print(random, third));

            Assert.Equal(Canonical.Merge(Canonical.Merge(a, b), c), Canonical.Merge(a, Canonical.Merge(b, c)));
        });
    }

    [Fact]
    public void Without_is_the_object_that_never_had_the_property()
    {
        Holds(random =>
        {
            var members = random.Members(1 + random.Below(30), depth: 2);
            var gone = members[random.Below(members.Count)];

            var without = Canonical.Without(Print(random, members), gone.Key);

            Assert.Equal(Print(random, members.Where(member => member != gone)), without);
        });
    }

    [Fact]
    public void A_string_literal_is_what_the_canonical_form_of_its_spellings_holds()
    {
        Holds(random =>
        {
            var member = random.Members(1, depth: 1)[0];

            Assert.Equal($"{{{Canonical.Literal(member.Key)}:0}}", Canonical.Of($"{{{member.KeyLiteral}:0}}"));
        });
    }

    private static void Holds(Action<NastyJson> law) =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            seed => law(new NastyJson((ulong)seed) { PrintsLargeIntegers = false }))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static (List<NastyMember> Members, List<NastyMember> Patch) TwoObjects(NastyJson random)
    {
        var members = random.Members(random.Below(40), depth: 2);
        return (members, random.Members(random.Below(40), depth: 2, others: members));
    }

    private static string Print(NastyJson random, IEnumerable<NastyMember> members) => Canonical.Of(random.Spell(members));

    /// <summary>What the law is about, in the plainest way: a list of keys and a dictionary; index order is left to the writer.</summary>
    private static List<NastyMember> Naive(List<NastyMember> members, List<NastyMember> patch)
    {
        var merged = members.ToList();
        foreach (var member in patch)
        {
            var place = merged.FindIndex(old => string.Equals(old.Key, member.Key, StringComparison.Ordinal));
            if (place < 0)
            {
                merged.Add(member);
            }
            else
            {
                merged[place] = member;
            }
        }

        return merged;
    }
}
