using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Outbox.Browser.Tests;

/// <summary>Somebody at the dashboard, and what their browser complained about.</summary>
public sealed class Visitor
{
    private readonly ConcurrentQueue<string> _complaints = new();

    public Visitor(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout(60_000);
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error")
            {
                _complaints.Enqueue(message.Text);
            }
        };
        page.Dialog += (_, dialog) => _complaints.Enqueue($"a dialog said: {dialog.Message}");
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts, refusals by the content security policy, dialogs.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public Task GoAsync(string page) => Page.EvaluateAsync("page => { location.hash = page; }", $"#{page}");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true });

    public Task SeesAsync(string text) => Page.GetByText(text).First.WaitForAsync();
}
