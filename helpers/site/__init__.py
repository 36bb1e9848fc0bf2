"""The course as files for any web server: to read, and to run with nothing installed.

__main__      the command: python3 course.py site [FOLDER]
own_files     which files of a folder are the course's, and not what tools left there
serving       serves such a folder on this machine, with the headers that it needs
reading       each notebook as a page to read, and a search over all
running       the course in a browser's tab: JupyterLite, Pyodide, the notebooks
"""
