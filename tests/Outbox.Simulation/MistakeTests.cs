using Outbox.Simulation.Mistakes;

namespace Outbox.Simulation;

public sealed class MistakeTests
{
    public static TheoryData<string> Mistakes => [.. Enum.GetNames<Mistake>().Where(name => name != nameof(Mistake.None))];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_found(string mistake) => Assert.NotNull(MistakeHunt.Find(Enum.Parse<Mistake>(mistake)));
}
