namespace MinimalApiHost.Demo;

/// <summary>One call of the demo, and what each customer should have got of it in the end.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Call">The call's id.</param>
/// <param name="Expected">What a customer, by its profile's name, should have got; null where nothing should reach it.</param>
internal sealed record Scene(string Title, string Call, Func<string, Expectation?> Expected)
{
    /// <summary>The title's first character.</summary>
    public string Number => Title[..1];

    /// <summary>What a customer answers to the n-th request of this call.</summary>
    public int AnswerOf(string customer, int request) => Expected(customer) is { } expected
        ? expected.Answers[Math.Min(request, expected.Answers.Count) - 1]
        : StatusCodes.Status200OK;
}

/// <summary>What a customer should have got of one call.</summary>
/// <param name="Answers">What it answered, request by request: the last one stands.</param>
/// <param name="RecordingAvailable">What the event should have said about the recording.</param>
/// <param name="Status">What the platform should have noted of the delivery.</param>
internal sealed record Expectation(IReadOnlyList<int> Answers, bool RecordingAvailable, string Status = "delivered")
{
    public static Expectation Once(bool recordingAvailable) => new([StatusCodes.Status200OK], recordingAvailable);
}
