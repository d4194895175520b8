namespace MinimalApiHost.Demo;

/// <summary>What happens, as it happens: seconds since the start, what, to whom, and the rest of the sentence.</summary>
internal sealed class Timeline(TextWriter output, bool colours, TimeProvider clock)
{
    private const string Bold = "1";
    private const string Dim = "2";
    private const string Red = "31";
    private const string Green = "32";
    private const string Yellow = "33";
    private const string Blue = "34";
    private const string Cyan = "36";

    private readonly Lock _lines = new();
    private readonly long _start = clock.GetTimestamp();
    private List<Func<string>>? _kept;

    /// <summary>In colour where somebody looks at a terminal, and has not asked for none (no-color.org).</summary>
    public static Timeline OnConsole(TimeProvider clock) =>
        new(Console.Out, !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), clock);

    public TimeSpan Elapsed => clock.GetElapsedTime(_start);

    public void Heading(string text) => Write(() => $"\n {Paint(Bold, text)}");

    public void Note(string text) => Write(() => $" {Paint(Dim, text)}");

    public void Plain(string text) => Write(() => text);

    public void Registered(string customer, string text) => Line(Cyan, "registered", customer, text);

    /// <summary>Keeps lines back until <see cref="Enqueued"/>: a webhook is often there before the answer to whoever caused it.</summary>
    public void ExpectEnqueued()
    {
        lock (_lines)
        {
            _kept = [];
        }
    }

    public void Enqueued(string call, string text)
    {
        lock (_lines)
        {
            var kept = _kept ?? [];
            _kept = null;
            Line(Cyan, "enqueued", call, text);
            kept.ForEach(Write);
        }
    }

    public void RolledBack(string call, string text) => Line(Yellow, "rolled back", call, text);

    public void Held(string call, string text) => Line(Yellow, "held", call, text);

    public void Released(string call, string text) => Line(Blue, "released", call, text);

    public void Attempt(string customer, string text) => Line(Red, "attempt", customer, text);

    public void Verified(string customer, string text) => Line(Green, "verified", customer, text);

    public void Refused(string customer, string text) => Line(Red, "refused", customer, text);

    public void Retried(string customer, string text) => Line(Yellow, "retried", customer, text);

    public void Parked(string customer, string text) => Line(Yellow, "parked", customer, text);

    public string Good(string text) => Paint(Green, text);

    public string Bad(string text) => Paint(Red, text);

    public string Quiet(string text) => Paint(Dim, text);

    public string Strong(string text) => Paint(Bold, text);

    private void Line(string colour, string what, string whom, string text) =>
        Write(() => $" {Paint(Dim, $"{Elapsed.TotalSeconds,7:0.00} s")}  {Paint(colour, $"{what,-11}")}  {whom,-16}  {text}");

    // The time is taken where the order is decided.
    private void Write(Func<string> line)
    {
        lock (_lines)
        {
            if (_kept is null)
            {
                output.WriteLine(line());
            }
            else
            {
                _kept.Add(line);
            }
        }
    }

    private string Paint(string colour, string text) => colours ? $"\e[{colour}m{text}\e[0m" : text;
}
