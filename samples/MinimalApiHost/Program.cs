using MinimalApiHost;
using MinimalApiHost.Demo;

try
{
    Arguments.Check(args);
    if (args.Contains(Arguments.Demo))
    {
        return await DemoRun.PlayAsync([.. args.Except([Arguments.Demo, Arguments.Verbose])], verbose: args.Contains(Arguments.Verbose));
    }

    if (args.Contains(Arguments.QuickStart))
    {
        await QuickStart.RunAsync([.. args.Except([Arguments.QuickStart])]);
        return 0;
    }

    var builder = WebApplication.CreateBuilder(args);
    builder.AddVoicePlatform();

    await using var app = builder.Build();
    app.MapVoicePlatform();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (StartFailure.Explain(e) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);
    return 1;
}
