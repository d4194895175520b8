using Outbox.Simulation.Mistakes;

namespace Outbox.Simulation;

public sealed class MistakeTests
{
    private static readonly string[] Names = [.. Enum.GetNames<Mistake>().Where(name => name != nameof(Mistake.None))];

    public static TheoryData<string> Mistakes => [.. Names];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_found(string mistake) => Assert.NotNull(MistakeHunt.Find(Enum.Parse<Mistake>(mistake)));

    [Fact]
    public void The_table_has_all_of_them_and_none_took_more_than_a_thousand_seeds()
    {
        var rows = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "mistakes.md"))
            .Split('\n').SkipWhile(line => line != "|---|---|---|").Skip(1).Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Where(cells => cells.Length == 5).ToList();

        Assert.Equal(Names, rows.Select(cells => cells[1]));
        Assert.All(rows, cells => Assert.InRange(ulong.Parse(cells[2], System.Globalization.CultureInfo.InvariantCulture), 1UL, MistakeHunt.Most));
    }
}
